// SPDX-License-Identifier: MIT
#include "report/html_page.hpp"

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "report/html_text.hpp"

namespace fpcpu::html {

namespace {

// Blue and orange keep apart for every kind of colour vision; curves differ in their dashes as well.
constexpr std::string_view kStyle = R"css(
:root{color-scheme:light;--back:#f6f7f9;--card:#fff;--text:#1a1d21;--soft:#58616c;--line:#dfe3e8;--blue:#1565b8;
--orange:#c4510c;--grey:#7b8794;--found:#e8382c;--note:#eaf2fb;--warn:#fdf0e4}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;--back:#121417;--card:#1b1e22;--text:#e8eaed;
--soft:#a3acb7;--line:#31363d;--blue:#69b1f5;--orange:#f59a52;--grey:#8b96a3;--found:#ff5d4f;--note:#17283a;
--warn:#36261a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:1400px;padding:clamp(16px,3vw,48px);background:var(--back);color:var(--text);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums}
h1{font-size:clamp(1.6rem,4vw,2.3rem);line-height:1.15;letter-spacing:-.02em;margin:0 0 .35rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;letter-spacing:-.01em;margin:2.8rem 0 .3rem;break-after:avoid}
h3{font-size:1rem;margin:0}
p{margin:.2rem 0 .9rem;max-width:70ch}
.over{color:var(--soft);font-size:.85rem;margin:0 0 .2rem}
.lead{color:var(--soft);margin-bottom:1.4rem}
.soft{color:var(--soft)}
.tiles,.charts,.faces{display:grid;gap:16px}
.tiles{grid-template-columns:repeat(2,1fr);gap:12px}
.charts{grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr))}
.faces{grid-template-columns:repeat(2,1fr);gap:12px}
@media(min-width:700px){.tiles,.faces{grid-template-columns:repeat(4,1fr)}}
@media(min-width:1100px){.faces.many{grid-template-columns:repeat(8,1fr)}}
.tables{columns:3 320px;column-gap:16px}
.tables .card{margin-bottom:16px}
.tile,.card,.face{background:var(--card);border:1px solid var(--line);border-radius:10px;break-inside:avoid}
.tile{padding:12px 16px}
.tile span{display:block;color:var(--soft);font-size:.85rem}
.tile b{display:block;font-size:1.7rem;font-weight:650;line-height:1.25;letter-spacing:-.02em;overflow-wrap:anywhere}
.tile:first-child b{color:var(--blue)}
.card{margin:0;padding:16px;display:flex;flex-direction:column}
@supports(grid-template-rows:subgrid){.charts .card{display:grid;grid-row:span 4;grid-template-rows:subgrid;gap:0}
.charts{row-gap:0}.charts .card{margin-bottom:16px}.charts .shape{align-self:center}}
.card figcaption{color:var(--soft);font-size:.9rem;line-height:1.45;margin-top:10px}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:2px 0 8px;padding:0;list-style:none;font-size:.9rem}
.legend i{display:inline-block;width:22px;height:0;border-top:3px solid var(--c);margin-right:6px;vertical-align:.28em}
.legend .train i{border-top-style:dashed;border-top-width:2px}
.legend .ring i,.legend .dot i{width:12px;height:12px;border-radius:50%;vertical-align:-.1em}
.legend .ring i{border:3px solid #fff;outline:1px solid #222;outline-offset:0;background:#8a8a8a}
.legend .dot i{border:0;background:var(--found)}
.remark{border-left:4px solid var(--blue);background:var(--note);border-radius:6px;padding:10px 16px;margin:16px 0;
max-width:none;break-inside:avoid}
.remark.warning{border-color:var(--orange);background:var(--warn)}
svg{display:block;width:100%;height:auto}
.val,.s0{--c:var(--blue)}.fit,.s1{--c:var(--orange)}.train{--c:var(--grey)}
.s2{--c:#1b9e77}.s3{--c:#b04a97}.s4{--c:#a08400}.s5{--c:#7f7fd5}.s6{--c:#c23b5a}.s7{--c:#7b8794}
.chart text{font-size:14px;fill:var(--soft)}
.chart .curve{fill:none;stroke:var(--c);stroke-width:2.4;stroke-linejoin:round;stroke-linecap:round}
.chart .train .curve{stroke-dasharray:6 5;stroke-width:1.8}
.chart .area{fill:var(--c);fill-opacity:.8;stroke:none}
.chart circle{fill:var(--c)}
.chart .grid{stroke:var(--line);stroke-width:1}
.chart .axis{stroke:var(--soft)}
.chart .mark{stroke:var(--soft);stroke-dasharray:3 4}
.shape text{font-size:2.5px;fill:var(--text);font-weight:600;paint-order:stroke;stroke:var(--card);stroke-width:.7px}
.shape .contour{fill:none;stroke:var(--soft);stroke-opacity:.5;stroke-width:.4;stroke-linecap:round}
.shape .disc{fill:var(--blue);fill-opacity:.24;stroke:var(--blue);stroke-width:.28}
.shape .worst{fill:var(--orange);stroke:var(--orange)}
.shape .centre{fill:var(--text)}
.face{margin:0;overflow:hidden}
.face figcaption{display:flex;gap:8px;justify-content:space-between;padding:5px 10px;font-size:.85rem}
.face figcaption span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:var(--soft)}
.face svg{aspect-ratio:1;background:#000}
.face circle,.face line{vector-effect:non-scaling-stroke}
.face line{stroke:#fff;stroke-width:1.2;opacity:.8}
.halo{fill:none;stroke:#000;stroke-width:3.6;opacity:.7}
.true{fill:none;stroke:#fff;stroke-width:1.7}
.found{fill:var(--found);stroke:#fff;stroke-width:.7}
.bar{display:flex;height:26px;border-radius:6px;overflow:hidden;margin:2px 0 12px;border:1px solid var(--line)}
.bar i{background:var(--c);min-width:1px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.92rem}
caption{text-align:left;font-weight:650;padding-bottom:6px}
th{text-align:left;font-weight:600;color:var(--soft);font-size:.85rem}
td,th{padding:4px 12px 4px 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr>:last-child{padding-right:0}
.pairs td:first-child{color:var(--soft);width:46%}
.wide td,.wide th{overflow-wrap:normal}
.number{text-align:right;white-space:nowrap}
.swatch{display:inline-block;width:.75em;height:.75em;border-radius:2px;background:var(--c);margin-right:.5em;
print-color-adjust:exact;-webkit-print-color-adjust:exact}
footer{margin-top:3rem;color:var(--soft);font-size:.85rem}
@media(max-width:480px){.card{padding:12px}.chart text{font-size:16px}.tile{padding:10px 12px}.tile b{font-size:1.4rem}}
@media print{@page{margin:14mm}:root{--back:#fff}body{max-width:none;padding:0;font-size:10.5pt}
.charts{grid-template-columns:repeat(2,1fr)}.tables{columns:2}.faces{grid-template-columns:repeat(4,1fr);gap:6px}
.faces.many{grid-template-columns:repeat(8,1fr)}.many figcaption span{display:none}
.tiles{grid-template-columns:repeat(4,1fr)}h2{margin-top:1.6rem}
.tile,.card,.face,.remark{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

std::string generator(std::string_view kind) {
  return "<meta name=\"generator\" content=\"fpcpu " + std::string(kind) + "\">";
}
constexpr std::size_t kHeadBytes = 400;  // more than what stands before the mark

}  // namespace

bool is_own_page(const std::filesystem::path& file, std::string_view kind) {
  try {
    return read_file(file, kHeadBytes).find(generator(kind)) != std::string::npos;
  } catch (const Error&) {
    return false;
  }
}

std::string page(std::string_view kind, std::string_view title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n" +
         generator(kind) + "\n<title>" + escape(title) + "</title>\n<style>" + std::string(kStyle) +
         "</style></head><body>\n" + body + "</body></html>\n";
}

std::string section(std::string_view title, std::string_view introduction, const std::string& content) {
  if (content.empty()) return {};
  std::string html = "<section>\n<h2>" + escape(title) + "</h2>\n";
  html += introduction.empty() ? "" : "<p class=\"soft\">" + escape(introduction) + "</p>\n";
  return html + content + "</section>\n";
}

std::string tiles(const std::vector<Tile>& tiles) {
  if (tiles.empty()) return {};
  std::string html = "<div class=\"tiles\">\n";
  for (const Tile& t : tiles) {
    html += "<div class=\"tile\"><span>" + escape(t.name) + "</span><b>" + escape(t.value) + "</b><span>" +
            escape(t.meaning) + "</span></div>\n";
  }
  return html + "</div>\n";
}

std::string numbered_style(std::size_t i) { return std::string("s").append(std::to_string(i % 8)); }

std::string card(std::string_view title, const std::vector<Key>& legend, const std::string& svg,
                 std::string_view caption) {
  if (svg.empty()) return {};
  std::string html = "<figure class=\"card\"><h3>" + escape(title) + "</h3>\n";
  // Also an empty legend is a row, so that the drawings of cards side by side stand at one height.
  html += "<ul class=\"legend\">";
  for (const Key& k : legend) html += "<li class=\"" + k.style + "\"><i></i>" + escape(k.label) + "</li>";
  html += "</ul>\n";
  return html + svg + "\n<figcaption>" + escape(caption) + "</figcaption></figure>\n";
}

std::string table(std::string_view caption, const std::vector<TableRow>& rows) {
  if (rows.empty()) return {};
  std::string html = "<div class=\"card\"><table class=\"pairs\"><caption>" + escape(caption) + "</caption>\n";
  for (const TableRow& row : rows) {
    const std::string value = escape(row.value);
    html +=
        "<tr><td>" + escape(row.name) + "</td><td>" + (row.strong ? "<b>" + value + "</b>" : value) + "</td></tr>\n";
  }
  return html + "</table></div>\n";
}

std::string remark(std::string_view text, bool warning) {
  return std::string("<p class=\"remark") + (warning ? " warning" : "") + "\">" + escape(text) + "</p>\n";
}

}  // namespace fpcpu::html
