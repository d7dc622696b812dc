// SPDX-License-Identifier: Apache-2.0

// The limen tool: a thin shell around the library, one file a subcommand.

#include <cstdio>
#include <thread>

#include "files.h"
#include "session.h"

namespace cli {

namespace {

void add_shared_options(CLI::App& app, Session& session) {
  app.add_flag("--json", session.json, "Report as JSON on standard output");
  app.add_option("--threads", session.threads,
                 "Threads at the most, for files and for variants; 0: one a processor")
      ->check(CLI::Range(0u, 1024u))
      ->capture_default_str();
  const auto limit = [&](const char* name, auto& field, const char* about) {
    app.add_option(name, field, about)->capture_default_str()->group("Limits");
  };
  limen::Limits& limits = session.limits;
  limit("--max-input-bytes", limits.input_bytes, "Bytes of one input");
  limit("--max-side", limits.side, "Pixels, each side of a frame");
  limit("--max-pixels", limits.pixels, "Pixels of a frame");
  limit("--max-memory", limits.working_memory, "Bytes of working memory, a file");
  limit("--max-scans", limits.scans, "Scans of a progressive JPEG");
  limit("--max-frames", limits.frames, "Frames of an animation");
  limit("--max-metadata-bytes", limits.metadata_bytes, "Bytes of ICC, EXIF, XMP and text");
}

int run(int argc, char** argv) {
  Session session;
  CLI::App app{"Decodes, resizes, overlays and encodes JPEG, PNG, WebP and AVIF."};
  app.name("limen");
  app.fallthrough();
  app.require_subcommand(0, 1);
  bool wants_version = false;
  app.add_flag("--version", wants_version, "Version; with --json also codecs and SIMD targets");
  add_shared_options(app, session);
  app.parse_complete_callback([&] {
    if (session.threads == 0) session.threads = std::max(1u, std::thread::hardware_concurrency());
  });
  add_info(app, session);
  add_transform(app, session);
  add_srcset(app, session);
  add_plan(app, session);
  add_decode(app, session);
  add_compare(app, session);
  add_optimize(app, session);
  app.footer("FILE - is standard input or output. Exit: 0 done, 1 a file failed, 2 wrong usage.");
  try {
    app.parse(argc, argv);
    if (wants_version) {
      print_version(session);
    } else if (app.get_subcommands().empty()) {
      throw UsageError(
          "a subcommand is missing: info, transform, srcset, plan, decode, compare or optimize");
    }
  } catch (const CLI::Success& wanted) {  // --help
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "limen: %s\nlimen: try limen --help\n", error.what());
    return kUsage;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "limen: %s\nlimen: try limen --help\n", error.what());
    return kUsage;
  }
  return session.has_failed() ? kFileFailed : kDone;
}

}  // namespace

}  // namespace cli

int main(int argc, char** argv) {
  cli::remove_unfinished_files_on_signals();
  try {
    return cli::run(argc, argv);
  } catch (const std::exception& error) {
    // Out of memory in the tool itself, in the main.
    std::fprintf(stderr, "limen: internal: %s\n", error.what());
    return cli::kFileFailed;
  }
}
