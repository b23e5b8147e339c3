// SPDX-License-Identifier: MIT
// Files of strangers: sizes that overflow, numbers out of range, depth, names that steer a terminal, damage.

#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <string>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/layers.hpp"
#include "graph/plan.hpp"
#include "graph/zoo/zoo.hpp"
#include "io/checkpoint.hpp"
#include "io/crc32c.hpp"
#include "io/graph_json.hpp"
#include "io/model_file.hpp"
#include "io/safetensors.hpp"
#include "io/toml.hpp"
#include "layers/layer.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

std::string refused_graph(const std::string& input, const std::string& nodes) {
  return message_of(ErrorCode::format, [&] {
    static_cast<void>(graph_from_json(R"({"input":)" + input + R"(,"nodes":[)" + nodes + "]}", "m"));
  });
}

std::string node(const std::string& name, const std::string& kind, int input, const std::string& attributes = "") {
  return R"({"name":")" + name + R"(","kind":")" + kind + R"(","inputs":[)" + std::to_string(input) +
         R"(],"attributes":{)" + attributes + "}}";
}

std::string refused_network(const std::string& text, ErrorCode code = ErrorCode::format) {
  return message_of(code, [&] { static_cast<void>(parse_model(text, "n.toml", {})); });
}

Checkpoint small_model() {
  Graph graph({8, 8, 3});
  graph.add("g", make_global_average_pool());
  graph.add("d", make_dense({.units = 2}));
  Params<float> params{ParamLayout(graph)};
  initialize(params, 3);
  Preprocessing pre;
  pre.input = {8, 8, 3};
  pre.points = 1;
  return {{std::move(graph), std::move(params), pre}};
}

/// The bytes of a saved model with one piece of its metadata replaced by another of the same length.
std::string patched(const std::filesystem::path& file, const std::string& from, const std::string& to) {
  REQUIRE(from.size() == to.size());
  std::string bytes = read_file(file);
  const std::size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  bytes.replace(at, from.size(), to);
  return bytes;
}

TEST_CASE("networks whose sizes leave every type or memory are refused at the layer") {
  const std::string pool = node("g", "global_average_pool", 0);
  CHECK(contains(refused_graph("[16384,16384,3]", pool), "16384"));
  CHECK(contains(refused_graph("[32,3e31,3]", pool), "3e+31"));
  CHECK(contains(refused_graph("[32,32.0,3]", pool), "whole number"));
  CHECK(contains(refused_graph("[32,18446744073709551615,3]", pool), "whole number"));
  CHECK(contains(refused_graph("[8,8,2]", pool), "2 channels"));
  CHECK(contains(refused_graph("[8,8,5]", pool), "5"));
  CHECK(contains(refused_graph("[8,8,3]", ""), "no layers"));
  std::string ups;
  for (int i = 0; i < 6; ++i)
    ups += (i > 0 ? "," : "") + node("u" + std::to_string(i), "upsample", i, R"("factor":64)");
  CHECK(contains(refused_graph("[1,1,1]", ups), "'u2'"));
  const std::string wide = R"("out_channels":1048576,"kernel":2,"padding":1048576)";
  CHECK(contains(refused_graph("[1,1,1]", node("c", "conv2d", 0, wide)), "its output would be"));
  const std::string large = R"("out_channels":1048576,"kernel":255)";
  CHECK(contains(refused_graph("[255,255,3]", node("c", "conv2d", 0, large)), "'c'"));
  CHECK(contains(refused_graph("[8,8,3]", node("a", "activation", 0, R"("function":"leaky_relu","slope":1e39)")),
                 "slope"));
  CHECK(
      contains(refused_graph("[8,8,3]", R"({"name":"f","kind":"flatten","inputs":[1e30],"attributes":{}})"), "input"));
  CHECK(contains(refused_graph("[8,8,3]", R"({"name":"f","kind":"flatten","inputs":[-1],"attributes":{}})"), "-1"));
}

TEST_CASE("a network has at most 4095 layers, of which plans are made quickly") {
  std::string nodes;
  for (int i = 0; i < kMaxNodes; ++i) nodes += (i > 0 ? "," : "") + node("n" + std::to_string(i), "flatten", i);
  CHECK(contains(refused_graph("[1,1,3]", nodes), "more than 4095 layers"));
}

TEST_CASE("JSON is not read beyond a depth that no network has") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(contains(refused_graph("[8,8,3]", deep), "brackets inside each other"));
  // Brackets in names do not count.
  const Graph graph = graph_from_json(R"({"input":[1,1,3],"nodes":[)" + node("[[[[[[[[[[", "flatten", 0) + "]}", "m");
  CHECK(graph.size() == 2);
}

TEST_CASE("names of strangers are quoted without control characters and cut") {
  const std::string steering = "d\\u001b]0;pwned\\u0007";
  const std::string message = refused_graph("[8,8,3]", node(steering + std::string(500, 'x'), "dense", 0));
  CHECK(contains(message, "d\\x1b]0;pwned\\x07xxx"));
  CHECK(message.size() < 300);
  CHECK(contains(refused_graph("[8,8,3]", node("a", steering, 0)), "\\x1b"));
  for (const char c : message) CHECK(static_cast<unsigned char>(c) >= 0x20);
}

TEST_CASE("every byte of the weights is watched: damage names its tensor") {
  const test::TemporaryFolder folder;
  const auto file = folder / "m.safetensors";
  save_checkpoint(file, small_model());
  CHECK(load_checkpoint(file).verified);
  const std::string whole = read_file(file);
  for (const std::size_t from_end : {1U, 9U, 17U, 32U}) {
    std::string damaged = whole;
    damaged[damaged.size() - from_end] = static_cast<char>(damaged[damaged.size() - from_end] ^ 1);
    write_file_atomically(file, damaged);
    CHECK(contains(message_of(ErrorCode::format, [&] { static_cast<void>(load_checkpoint(file)); }),
                   "damaged: tensor 'd."));
  }
}

TEST_CASE("a file without checksums is read, and says so; values that are not finite are refused") {
  const test::TemporaryFolder folder;
  const auto file = folder / "m.safetensors";
  Checkpoint model = small_model();
  save_checkpoint(file, model);
  write_file_atomically(file, patched(file, "\"checksum\"", "\"checksun\""));
  CHECK_FALSE(load_checkpoint(file).verified);
  model.params.trainable[0] = std::numeric_limits<float>::quiet_NaN();
  save_checkpoint(file, model);
  CHECK(contains(message_of(ErrorCode::format, [&] { static_cast<void>(load_checkpoint(file)); }), "not finite"));
}

TEST_CASE("preprocessing that no picture could go through is refused") {
  const test::TemporaryFolder folder;
  const auto file = folder / "m.safetensors";
  save_checkpoint(file, small_model());
  struct Change {
    const char* from;
    const char* to;
  };
  for (const Change& change : {Change{"127.5,127.5,127.5", "1e39,127.5,127.51"},
                               {"64.0,64.0,64.0", "64.0,1e-9,64.0"},
                               {"64.0,64.0,64.0", "64.0,64.0,true"},
                               {"points\\\":1", "points\\\":9"}}) {
    CAPTURE(change.to);
    save_checkpoint(file, small_model());
    write_file_atomically(file, patched(file, change.from, change.to));
    CHECK(contains(message_of(ErrorCode::format, [&] { static_cast<void>(load_checkpoint(file)); }), "preprocessing"));
  }
}

TEST_CASE("headers beyond the limits are neither read nor written; those of the zoo are far below") {
  const test::TemporaryFolder folder;
  const auto file = folder / "m.safetensors";
  std::vector<TensorView> many;
  for (std::size_t i = 0; i <= kMaxTensors; ++i) many.push_back({"t" + std::to_string(i), Dtype::f32, {0}, {}});
  CHECK(contains(message_of(ErrorCode::format, [&] { write_safetensors(file, many, {}); }), "4097 tensors"));
  std::string header = "{";
  for (std::size_t i = 0; i <= kMaxTensors; ++i) {
    header += (i > 0 ? ",\"t" : "\"t") + std::to_string(i) + R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
  }
  header += "}";
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  write_file_atomically(file, bytes + header);
  CHECK(contains(message_of(ErrorCode::format, [&] { SafetensorsFile{file}; }), "4097 tensors"));
  const std::string nested = R"({"__metadata__":)" + std::string(9, '[') + std::string(9, ']') + "}";
  const std::uint64_t nested_length = nested.size();
  std::memcpy(bytes.data(), &nested_length, 8);
  write_file_atomically(file, bytes + nested);
  CHECK(contains(message_of(ErrorCode::format, [&] { SafetensorsFile{file}; }), "brackets"));
  for (const ZooEntry& entry : zoo()) {
    CAPTURE(entry.name);
    CHECK(graph_to_json(make_network(entry.name, {.points = 468})).size() < kMaxHeaderBytes / 8);
  }
}

TEST_CASE("a network that no file could describe is named before its training") {
  Graph graph({8, 8, 3});
  for (int i = 0; i < 1300; ++i) {
    graph.add("convolution" + std::to_string(i), make_conv2d({.out_channels = 4}));
    graph.add("normalization" + std::to_string(i), make_batch_norm({}));
  }
  CHECK(contains(message_of(ErrorCode::shape, [&] { check_describable(graph); }), "2600 layers"));
  for (const ZooEntry& entry : zoo()) CHECK_NOTHROW(check_describable(make_network(entry.name, {})));
}

TEST_CASE("the checksum is that of RFC 3720, at every length") {
  CHECK(crc32c("123456789") == 0xE3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU);
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43U);
  CHECK(crc32c("") == 0U);
}

TEST_CASE("keys in quotes cannot stand for lists") {
  for (const char* key : {"layer[18446744073709551615].kind", "layer[99999999999].kind", "layer[9999999].kind",
                          "layer[0].kind", "layer[-1].kind", "layer.kind"}) {
    CAPTURE(key);
    CHECK(contains(refused_network("\"" + std::string(key) + "\" = \"conv2d\"\n"), "line 1: the key"));
  }
  CHECK(contains(refused_network("[\"layer[3]\"]\nkind = \"conv2d\"\n"), "the key 'layer[3]'"));
}

TEST_CASE("TOML beyond what an options file has is refused with its line") {
  const auto refused = [](const std::string& text) {
    return message_of(ErrorCode::format, [&] { static_cast<void>(parse_toml(text, "f.toml")); });
  };
  CHECK(contains(refused("a = 1\n\xEF\xBB\xBE = 2\n"), "f.toml line 2"));       // a letter outside quotes
  CHECK(contains(refused("a = 1\nb = \"\xC3\"\n"), "line 2: a byte '\\xc3'"));  // no UTF-8
  CHECK(contains(refused(std::string("a = 1\nb\0 = 2\n", 13)), "control character '\\x00'"));
  CHECK(contains(refused("a = 1\nb = \"\x1b[2J\"\n"), "control character '\\x1b'"));
  for (const char* header : {"[?[layer]]\n", "[[?layer]]\n", "[[", "[", "[ \n", "[[]]\n", "[=]\n", "[[[a]]]\n"}) {
    CAPTURE(header);
    CHECK(contains(refused("a = [\n[1],\n[[2]],\n]\n" + std::string(header)), "the name of a table"));
  }
  CHECK(parse_toml("a = [\n[1],\n[[2]],\n]\n[ b ]\nc = 1\n[[ d ]]\ne = { f = 2 }\n", "f").size() == 4);
  CHECK(contains(refused("a = 1\nb = [1, }2]\n"), "line 2: '}' closes nothing"));
  CHECK(contains(refused("a = { b = 1 ]\n"), "']' closes nothing"));
  CHECK(contains(refused("a = 1\nb = -\"\"\"\xEF\xB6\xBF\"\"\"\n"), "line 2: '-' is neither a number"));
  CHECK(contains(refused("a = 955Hb=[[\"[\xC7\xA2\"]]\n"), "'=' inside the value"));
  CHECK(contains(refused("a = { b = 9c=[\"\xC7\xA2\"] }\n"), "'=' inside the value"));
  CHECK(contains(refused("a = 8i.{.{\"b\xC7\xA2\"}}\n"),
                 "'8i.' is neither a number nor true or false; texts need quotes"));
  CHECK(contains(refused("a = 8.\"\xC7\xA2\"\n"), "'8.' is neither a number"));
  CHECK(parse_toml("a.\"b\" = 1\n", "t").size() == 1);
  CHECK(parse_toml("a = [-1, +2.5e-3, 1_000, 6E+1, inf, -nan, true, false]\n", "t").size() == 8);
  for (const char* wrong : {"1__0", "_1", "1_", "1.", ".5", "1e", "--1", "truth", "0x10", "1:2", "-"}) {
    CHECK_MESSAGE(contains(refused("a = " + std::string(wrong) + "\n"), "is neither a number"), wrong);
  }
  CHECK(contains(refused("a = [32, [32-------n 3, 32]]\n"), "line 1: '32-------n' is neither a number"));
  CHECK(contains(refused("a = 1979-05-27 7,\n"), "'1979-05-27' is neither a number"));
  CHECK(contains(refused("\na = 1 2\n"), "line 2: a blank inside a value"));
  CHECK(parse_toml("a = [ 1 , 2 ,\n 3 ] # 4 5\nb = { c = 1 , d = true }\ne = '1 2'\n", "t").size() == 6);
  CHECK(parse_toml("a = [{ b = 1, c = { d = 2, e = [3] } }, { f = \"=\" }]\n", "f").size() == 4);
  CHECK(contains(refused("a\"b\" = 1\n"), "in the middle of a value or a key"));
  CHECK(contains(refused("a = [8x{[\"\xD1\x8B\"]}]\n"), "'8x' is neither a number"));
  CHECK(contains(refused("a = \"\"\"\\\n\n\xCB\xA3\"\"\"\n"), "line 1: a backslash with nothing to escape"));
  CHECK(contains(refused("a = \"\\\xCB\xA3\"\n"), "a backslash with nothing to escape"));
  CHECK(parse_toml("a.\"b\" = [\"c\", 'd', [\n['f'] ]]\nx = {f = \"g\", h = [{i = 1}]}\n", "n.toml").size() == 5);
  std::string dots = "a";
  for (int i = 0; i < 50'000; ++i) dots += ".a";
  CHECK(contains(refused(dots + " = 1\n"), "dots"));
  CHECK(contains(refused("a = " + std::string(100'000, '[') + "\n"), "f.toml line 1"));
  CHECK(contains(refused("a = " + std::string(30, '[') + "1" + std::string(30, ']') + "\n"), "inside each other"));
  CHECK(contains(refused("# " + std::string(std::size_t{1} << 20U, 'x') + "\n"), "1 MiB"));
  CHECK(parse_toml("\xEF\xBB\xBF# J\xC3\xBCrgen\na = \"J\xC3\xBCrgen \\\" # no comment\"\nb = '''\n\"\n'''\n", "f")
            .size() == 2);
}

TEST_CASE("numbers of a network in TOML stay within what makes sense") {
  const std::string begin =
      "input = [32, 32, 3]\n[[layer]]\nkind = \"activation\"\nfunction = \"leaky_relu\"\nslope = ";
  for (const char* slope : {"nan", "inf", "-inf", "1e300"}) {
    CHECK(contains(refused_network(begin + slope + "\n", ErrorCode::usage), "'slope'"));
  }
}

TEST_CASE("what a file claims is compared with its length before it gets memory") {
  const test::TemporaryFolder folder;
  const auto model = folder / "m.safetensors";
  write_file_atomically(model, std::string("\x02\0\0\0\0\0\0\0{}", 10));
  std::filesystem::resize_file(model, std::uintmax_t{1} << 42U);  // takes no space where files may have holes
  CHECK(contains(message_of(ErrorCode::format, [&] { SafetensorsFile file(model); }), "belong to no tensor"));
  const auto network = folder / "n.toml";
  write_file_atomically(network, "a = 1\n");
  std::filesystem::resize_file(network, std::uintmax_t{1} << 42U);
  CHECK(contains(message_of(ErrorCode::format, [&] { static_cast<void>(read_toml(network)); }), "1 MiB"));
  CHECK(contains(message_of(ErrorCode::format, [&] { static_cast<void>(load_model_file(network, {})); }), "1 MiB"));
}

}  // namespace
}  // namespace fpcpu
