#include "io/json_text.hpp"

#include <nlohmann/json.hpp>

namespace fpcpu {

std::string to_json(const JsonObject& object) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : object) {
    std::visit([&, key = name](const auto& v) { json[key] = v; }, value);
  }
  // Text that is not UTF-8 (a file name in another encoding) must not stop the output.
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string to_json(const std::vector<JsonObject>& objects) {
  std::string text = "[\n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    text += to_json(objects[i]) + (i + 1 < objects.size() ? ",\n" : "\n");
  }
  return text + "]\n";
}

}  // namespace fpcpu
