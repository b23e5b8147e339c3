// SPDX-License-Identifier: MIT
#pragma once

/// How the stored choice of a convolution's algorithm sees shapes: `fpcpu_bench choose` measures one shape per class
/// and pass and writes a table of letters, simd/conv_choice.hpp reads it. Nothing here is compiled into code,
/// for the kernels of every instruction set include this file.
namespace fpcpu::kernels {

/// A map belongs to the first size that is not smaller than its longer side, or to the last. Close to each other where
/// F(4x4) depends on what is left over: 12 are three tiles, 14 are three and a half.
inline constexpr int kChoiceSizes[] = {2, 4, 6, 8, 10, 12, 14, 16, 28, 32, 64};
/// A number of channels belongs to the last entry that is not larger; fewer than the first are always direct.
inline constexpr int kChoiceChannels[] = {8, 16, 32, 64, 128, 256, 512};
inline constexpr int kChoiceSizeCount = 11;
inline constexpr int kChoiceChannelCount = 7;

/// letters[pass][size][input channels][output channels], with the letters of kChoiceLetters.
struct ConvChoices {
  const char* letters[3][kChoiceSizeCount][kChoiceChannelCount];
};

/// Where nothing was measured: F(4x4) from 16 channels on both sides.
constexpr ConvChoices choices_by_hand() {
  ConvChoices choices{};
  for (auto& pass : choices.letters) {
    for (auto& size : pass) {
      for (int c = 0; c < kChoiceChannelCount; ++c) size[c] = kChoiceChannels[c] < 16 ? "ddddddd" : "d444444";
    }
  }
  return choices;
}

/// Where nothing was measured and one algorithm is taken for everything.
constexpr ConvChoices choices_of(const char* row) {
  ConvChoices choices{};
  for (auto& pass : choices.letters) {
    for (auto& size : pass) {
      for (const char*& letters : size) letters = row;
    }
  }
  return choices;
}

/// The letter of each ConvAlgorithm, in its order.
// Not inline: objects of all instruction sets would share it.
constexpr char kChoiceLetters[] = "?d24btf";

/// True if the table is complete and has known letters only.
constexpr bool is_complete(const ConvChoices& choices) {
  for (const auto& pass : choices.letters) {
    for (const auto& size : pass) {
      for (const char* row : size) {
        int length = 0;
        for (; row[length] != '\0'; ++length) {
          int letter = 1;
          while (kChoiceLetters[letter] != '\0' && kChoiceLetters[letter] != row[length]) ++letter;
          if (kChoiceLetters[letter] == '\0') return false;
        }
        if (length != kChoiceChannelCount) return false;
      }
    }
  }
  return true;
}

}  // namespace fpcpu::kernels
