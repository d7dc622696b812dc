// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <variant>

#include "curve.h"
#include "describe.h"
#include "html.h"
#include "limen/core/version.h"
#include "report.h"
#include "report_style.h"

namespace cli {

namespace {

constexpr std::size_t kPictureBytes = 100'000'000;

constexpr std::string_view kAbout =
    "<p>Click a picture to swap original and result in place; hold to see the other for a moment. "
    "<kbd>Space</kbd> swaps the picture under the pointer, <kbd>H</kbd> shows its heat map. At "
    "zoom 1 "
    "a pixel of the picture is a pixel of the screen. Scores are SSIMULACRA 2.1: from 90 up no "
    "difference is seen when both flicker, from 85 up none when they are swapped. Filled points of "
    "a "
    "curve pass, hollow ones miss the target or the bound on the worst block.</p>\n";

std::string cell(const std::string& text) { return "<td>" + text + "</td>"; }

std::string figure(std::string_view term, const std::string& value) {
  return "<dt>" + std::string(term) + "</dt><dd>" + value + "</dd>\n";
}

std::string counted(int count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string score_of(const limen::Variant& variant) {
  if (!variant.search) return "-";
  const std::string score = rounded_down(variant.search->score);
  return variant.search->reached ? score : "<span class=\"missed\">" + score + " missed</span>";
}

std::string row(const Optimized& file, std::size_t index) {
  const limen::Variant& variant = file.variant;
  return "<tr><td><a href=\"#file-" + std::to_string(index) + "\">" + escaped(file.file) +
         "</a></td>" + cell(bytes_for_people(file.before)) + cell(bytes_for_people(file.after)) +
         cell(saved_for_people(file.before, file.after)) + "<td class=\"text\">" +
         coding_of(variant) + "</td>" + cell(score_of(variant)) +
         cell(variant.search ? rounded_down(variant.search->worst_block) : "-") +
         cell(variant.search ? std::to_string(variant.search->evaluations) : "-") + "</tr>\n";
}

std::string table(const std::vector<std::optional<Optimized>>& files) {
  std::string html =
      "<div class=\"scroll\"><table>\n<thead><tr><th>file</th><th>before</th><th>after</th>"
      "<th>saved</th><th class=\"text\">coding</th><th>score</th><th>worst block</th>"
      "<th>evaluations</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i]) html += row(*files[i], i);
  }
  const OptimizeTotals totals = totals_of(files);
  return html + "</tbody>\n<tfoot><tr><td>" + std::to_string(totals.files) +
         (totals.files == 1 ? " file</td>" : " files</td>") +
         cell(bytes_for_people(totals.before)) + cell(bytes_for_people(totals.after)) +
         cell(saved_for_people(totals.before, totals.after)) +
         "<td colspan=\"4\"></td></tr></tfoot>\n</table></div>\n";
}

std::string figures(const Optimized& file) {
  const limen::Variant& variant = file.variant;
  std::string html = "<dl>\n" +
                     figure("before", bytes_for_people(file.before) + ", " +
                                          std::string(display_name(file.source_format))) +
                     figure("after", bytes_for_people(file.after) + ", saved " +
                                         saved_for_people(file.before, file.after)) +
                     figure("pixels", std::to_string(variant.size.width) + "x" +
                                          std::to_string(variant.size.height)) +
                     figure("coding", coding_of(variant));
  if (variant.search) {
    const limen::SearchReport& search = *variant.search;
    const limen::Rect& at = search.worst_block_at;
    html += figure("score", score_of(variant));
    html += figure("worst block", rounded_down(search.worst_block) + " at " + std::to_string(at.x) +
                                      "," + std::to_string(at.y));
    html += figure("cost", counted(search.evaluations, "evaluation") + ", " +
                               counted(search.encodes, "encode"));
    if (!variant.kept_source && variant.mode &&
        std::holds_alternative<limen::Quality>(*variant.mode)) {
      html += figure("certified", search.certified ? "yes: the next lower setting fails" : "no");
    }
  }
  html += "</dl>\n";
  for (const std::string& note : variant.notes) {
    html += "<p class=\"note\">" + escaped(note) + "</p>\n";
  }
  return html;
}

std::string trials(const limen::Variant& variant) {
  if (!variant.search || variant.search->trials.empty()) return {};
  std::string html =
      "<details><summary>All trials</summary><div class=\"scroll\"><table>\n<tr><th>format</th>"
      "<th>quality</th><th>score</th><th>worst block</th><th>bytes</th><th>passes</th></tr>\n";
  for (const limen::Trial& trial : variant.search->trials) {
    const auto* quality = std::get_if<limen::Quality>(&trial.mode);
    const std::string text =
        quality != nullptr ? quality_text(*quality, trial.quantizer) : "lossless";
    html += "<tr>" + cell(curve_name(trial.format, trial.chroma)) + cell(text) +
            cell(rounded_down(trial.score)) + cell(rounded_down(trial.worst_block)) +
            cell(trial.bytes != 0 ? std::to_string(trial.bytes) : "-") +
            cell(trial.passes ? "yes" : "no") + "</tr>\n";
  }
  return html + "</table></div></details>\n";
}

std::string article(const Optimized& file, std::size_t index, const std::string& pictures,
                    std::optional<limen::Score> target) {
  return "<article id=\"file-" + std::to_string(index) + "\">\n<h2>" + escaped(file.file) +
         "</h2>\n<div class=\"two\"><div>\n" + pictures + "</div><div>\n" + figures(file) +
         score_curve(file.variant, target) + trials(file.variant) + "</div></div>\n</article>\n";
}

}  // namespace

std::string report_page(const std::vector<std::optional<Optimized>>& files,
                        std::optional<limen::Score> target) {
  const OptimizeTotals totals = totals_of(files);
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>limen: report</title>\n"
      "<style>" +
      std::string(kReportStyle) + "</style>\n</head>\n<body>\n<h1>" +
      bytes_for_people(totals.before) + " became " + bytes_for_people(totals.after) + "</h1>\n" +
      std::string(kAbout);
  if (totals.failed != 0) {
    page += "<p class=\"missed\">" + std::to_string(totals.failed) +
            (totals.failed == 1 ? " file failed and is not here.</p>\n"
                                : " files failed and are not here.</p>\n");
  }
  page += table(files);
  std::size_t used = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!files[i]) continue;
    const Optimized& file = *files[i];
    used += file.pictures.size();
    page += article(file, i,
                    used <= kPictureBytes
                        ? file.pictures
                        : "<p class=\"note\">Left out: the page is large enough.</p>\n",
                    target);
  }
  return page + "<p class=\"note\">Made by limen " + std::string(limen::version()) +
         ".</p>\n<script>" + std::string(kReportScript) + "</script>\n</body>\n</html>\n";
}

}  // namespace cli
