// SPDX-License-Identifier: Apache-2.0
#include "lib/color/srgb_source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "lib/color/cicp_table.h"

namespace limen::inline LIMEN_ABI {

namespace {

// How far a profile may be from sRGB, per sample, and still count as it: less than would move an
// 8-bit sample by more than one. Common "sRGB" profiles differ by this much in rounding alone.
constexpr int kSrgbTolerance = 65535 * 3 / (4 * 255);

bool is_gray(Layout layout) { return layout == Layout::gray || layout == Layout::gray_alpha; }

cmsUInt32Number lcms_layout(Layout layout) {
  switch (layout) {
    case Layout::gray:
      return COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1);
    case Layout::gray_alpha:
      return COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1) | EXTRA_SH(1);
    case Layout::rgb:
      return COLORSPACE_SH(PT_RGB) | CHANNELS_SH(3);
    case Layout::rgba:
      return COLORSPACE_SH(PT_RGB) | CHANNELS_SH(3) | EXTRA_SH(1);
    case Layout::cmyk:
      return COLORSPACE_SH(PT_CMYK) | CHANNELS_SH(4);
  }
  return 0;
}

const char* signature_name(cmsColorSpaceSignature space) {
  switch (space) {
    case cmsSigGrayData:
      return "gray";
    case cmsSigRgbData:
      return "RGB";
    case cmsSigCmykData:
      return "CMYK";
    case cmsSigLabData:
      return "Lab";
    default:
      return "another colour space";
  }
}

LcmsCurve srgb_curve(cmsContext context) {
  const std::array<double, 5> parameters = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  return LcmsCurve(cmsBuildParametricToneCurve(context, 4, parameters.data()));
}

LcmsCurve curve_of(cmsContext context, const Transfer& transfer) {
  switch (transfer.kind) {
    case TransferKind::gamma:
    case TransferKind::linear:
      return LcmsCurve(cmsBuildGamma(context, transfer.gamma));
    case TransferKind::smpte240: {
      // SMPTE ST 240, inverted: V = 4 L below 0.0228, 1.1115 L^0.45 - 0.1115 above.
      const std::array<double, 5> parameters = {1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 0.25,
                                                4 * 0.0228};
      return LcmsCurve(cmsBuildParametricToneCurve(context, 4, parameters.data()));
    }
    default:
      return srgb_curve(context);
  }
}

// Gray pictures have a curve and no primaries.
LcmsProfile make_profile(cmsContext context, bool gray, const Chromaticities& primaries,
                         cmsToneCurve* curve) {
  if (curve == nullptr) return nullptr;
  if (gray) return LcmsProfile(cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve));
  const cmsCIExyY white = {primaries.white_x, primaries.white_y, 1};
  const cmsCIExyYTRIPLE colorants = {{primaries.red_x, primaries.red_y, 1},
                                     {primaries.green_x, primaries.green_y, 1},
                                     {primaries.blue_x, primaries.blue_y, 1}};
  std::array<cmsToneCurve*, 3> curves = {curve, curve, curve};
  return LcmsProfile(cmsCreateRGBProfileTHR(context, &white, &colorants, curves.data()));
}

// True if the transform leaves a grid of probes as it is. The grid has 17 steps a side on the gray
// axis and the cube's faces are met by 6.
bool changes_nothing(cmsHTRANSFORM transform, bool gray) {
  std::vector<std::uint16_t> probes;
  if (gray) {
    for (unsigned v = 0; v < 256; v += 5) probes.push_back(static_cast<std::uint16_t>(v * 257));
  } else {
    for (unsigned v = 0; v < 256; v += 15) {
      probes.insert(probes.end(), 3, static_cast<std::uint16_t>(v * 257));
    }
    for (unsigned i = 0; i < 216; ++i) {
      for (const unsigned digit : {i / 36, i / 6 % 6, i % 6}) {
        probes.push_back(static_cast<std::uint16_t>(digit * 51 * 257));
      }
    }
  }
  std::vector<std::uint16_t> results(probes.size());
  cmsDoTransform(transform, probes.data(), results.data(),
                 static_cast<cmsUInt32Number>(probes.size() / (gray ? 1 : 3)));
  for (std::size_t i = 0; i < probes.size(); ++i) {
    if (std::abs(int{probes[i]} - int{results[i]}) > kSrgbTolerance) return false;
  }
  return true;
}

// Sees whether `profile` makes a transform, and whether that would do anything.
enum class Usability { unusable, srgb, differs };

Usability test_profile(LcmsSession& session, cmsHPROFILE profile, Layout layout) {
  const PixelFormat probe{SampleType::u16, layout == Layout::cmyk ? Layout::cmyk
                                           : is_gray(layout)      ? Layout::gray
                                                                  : Layout::rgb};
  const LcmsTransform transform =
      make_srgb_transform(session, profile, probe, cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
  if (transform == nullptr) return Usability::unusable;
  if (layout == Layout::cmyk) return Usability::differs;
  return changes_nothing(transform.get(), is_gray(layout)) ? Usability::srgb : Usability::differs;
}

bool fits(cmsHPROFILE profile, Layout layout, std::string& note) {
  const cmsProfileClassSignature kind = cmsGetDeviceClass(profile);
  if (kind != cmsSigInputClass && kind != cmsSigDisplayClass && kind != cmsSigOutputClass &&
      kind != cmsSigColorSpaceClass) {
    note = "the profile describes no device: ignored";
    return false;
  }
  const cmsColorSpaceSignature wanted = layout == Layout::cmyk ? cmsSigCmykData
                                        : is_gray(layout)      ? cmsSigGrayData
                                                               : cmsSigRgbData;
  const cmsColorSpaceSignature space = cmsGetColorSpace(profile);
  if (space != wanted) {
    note = std::string("the profile is for ") + signature_name(space) + ", the picture is " +
           signature_name(wanted) + ": ignored";
    return false;
  }
  return true;
}

// Without a usable description.
void assume(SrgbSource& source, Layout layout) {
  source.profile.reset();
  if (layout == Layout::cmyk) {
    source.plan.action = ColorAction::approximate_cmyk;
    source.plan.source = "CMYK";
    if (!source.plan.note.empty()) source.plan.note += "; ";
    source.plan.note += "CMYK without a profile: converted by a simple model";
  } else {
    source.plan.action = ColorAction::none;
    source.plan.source = "sRGB";
  }
}

Result<void> use_icc(LcmsSession& session, ByteView icc, Layout layout, SrgbSource& source) {
  source.profile = session.open(icc);
  if (source.profile != nullptr && fits(source.profile.get(), layout, source.plan.note)) {
    switch (test_profile(session, source.profile.get(), layout)) {
      case Usability::srgb:
        source.plan.action = ColorAction::none;
        source.plan.source = profile_description(source.profile.get());
        source.profile.reset();
        return {};
      case Usability::differs:
        source.plan.action = ColorAction::icc;
        source.plan.source = profile_description(source.profile.get());
        return {};
      case Usability::unusable:
        break;
    }
  }
  LIMEN_TRY(session.memory_error());
  if (source.plan.note.empty()) source.plan.note = "the profile is damaged: ignored";
  assume(source, layout);
  return {};
}

// A profile made here from numbers of the file.
Result<void> use_made_profile(LcmsSession& session, LcmsProfile profile, Layout layout,
                              ColorAction action, std::string name, SrgbSource& source) {
  const Usability usability =
      profile == nullptr ? Usability::unusable : test_profile(session, profile.get(), layout);
  if (usability == Usability::unusable) {
    LIMEN_TRY(session.memory_error());
    source.plan.note = "the colour description (" + name + ") makes no sense: ignored";
    assume(source, layout);
    return {};
  }
  source.plan.source = std::move(name);
  if (usability == Usability::srgb) {
    source.plan.action = ColorAction::none;
    return {};
  }
  source.plan.action = action;
  source.profile = std::move(profile);
  return {};
}

Result<void> use_cicp(LcmsSession& session, const Cicp& cicp, Layout layout, SrgbSource& source) {
  const Transfer transfer = transfer_of(cicp.transfer);
  const auto primaries = primaries_of(cicp.primaries);
  const std::string numbers = std::to_string(cicp.primaries) + "/" + std::to_string(cicp.transfer);
  if (transfer.kind == TransferKind::pq || transfer.kind == TransferKind::hlg) {
    if (!primaries) return unsupported("HDR with unknown primaries (CICP " + numbers + ")");
    source.plan.action = ColorAction::tone_map;
    source.plan.source = std::string(primaries_name(cicp.primaries)) + " " +
                         std::string(transfer_name(cicp.transfer));
    source.cicp = cicp;
    return {};
  }
  if (!primaries || transfer.kind == TransferKind::unknown) {
    source.plan.note = "CICP " + numbers + " is unknown: ignored";
    assume(source, layout);
    return {};
  }
  const bool needs_no_primaries = is_gray(layout) || are_bt709(cicp.primaries);
  if (needs_no_primaries && transfer.kind == TransferKind::srgb) {
    assume(source, layout);
    return {};
  }
  std::string name(primaries_name(cicp.primaries));
  if (transfer.kind != TransferKind::srgb) name += " " + std::string(transfer_name(cicp.transfer));
  const LcmsCurve curve = curve_of(session.context(), transfer);
  LcmsProfile profile = make_profile(session.context(), is_gray(layout), *primaries, curve.get());
  return use_made_profile(session, std::move(profile), layout, ColorAction::cicp, std::move(name),
                          source);
}

Result<void> use_gamma(LcmsSession& session, const ColorDescription& description, Layout layout,
                       SrgbSource& source) {
  std::string name;
  LcmsCurve curve;
  // 0.45455 stands for "sRGB or thereabouts" in the files that carry it, as decoders have long
  // read it; a power of 2.2 would lighten their shadows.
  if (!description.gamma || std::fabs(*description.gamma - 0.45455) < 0.0005) {
    curve = srgb_curve(session.context());
    name = "sRGB gamma";
  } else if (*description.gamma >= 0.05 && *description.gamma <= 20) {
    curve.reset(cmsBuildGamma(session.context(), 1 / *description.gamma));
    name = "gAMA " + std::to_string(*description.gamma);
  }
  const auto primaries = description.chromaticities.value_or(*primaries_of(1));
  if (description.chromaticities && !is_gray(layout)) name += ", cHRM";
  LcmsProfile profile = make_profile(session.context(), is_gray(layout), primaries, curve.get());
  return use_made_profile(session, std::move(profile), layout, ColorAction::gamma, std::move(name),
                          source);
}

// Unspecified primaries and transfer say nothing: the next in line is asked.
bool says_something(const std::optional<Cicp>& cicp) {
  return cicp && (cicp->primaries != 2 || cicp->transfer != 2);
}

}  // namespace

LcmsTransform make_srgb_transform(LcmsSession& session, cmsHPROFILE source, PixelFormat format,
                                  cmsUInt32Number flags) {
  LcmsProfile target;
  Layout target_layout = format.layout;
  if (is_gray(format.layout)) {
    const LcmsCurve curve = srgb_curve(session.context());
    target = make_profile(session.context(), true, {}, curve.get());
  } else {
    target.reset(cmsCreate_sRGBProfileTHR(session.context()));
    if (format.layout == Layout::cmyk) target_layout = Layout::rgb;
  }
  if (target == nullptr) return nullptr;
  const cmsUInt32Number bytes =
      BYTES_SH(static_cast<cmsUInt32Number>(bytes_per_sample(format.sample)));
  if (has_alpha(format.layout)) flags |= cmsFLAGS_COPY_ALPHA;
  return LcmsTransform(cmsCreateTransformTHR(session.context(), source,
                                             lcms_layout(format.layout) | bytes, target.get(),
                                             lcms_layout(target_layout) | bytes, INTENT_PERCEPTUAL,
                                             flags | cmsFLAGS_BLACKPOINTCOMPENSATION));
}

Result<SrgbSource> find_srgb_source(LcmsSession& session, const ColorDescription& description,
                                    Layout layout) {
  if (!session.is_ready()) {
    LIMEN_TRY(session.memory_error());
    return out_of_memory();
  }
  SrgbSource source;
  // CMYK is only ever described by a profile; converting it after a reduction would mix inks.
  source.plan.before_resize = layout == Layout::cmyk;
  if (layout != Layout::cmyk && says_something(description.cicp)) {
    LIMEN_TRY(use_cicp(session, *description.cicp, layout, source));
  } else if (!description.icc.empty()) {
    LIMEN_TRY(use_icc(session, description.icc, layout, source));
  } else if (layout != Layout::cmyk && !description.is_srgb &&
             (description.gamma || description.chromaticities)) {
    LIMEN_TRY(use_gamma(session, description, layout, source));
  } else {
    assume(source, layout);
  }
  return source;
}

}  // namespace limen::inline LIMEN_ABI
