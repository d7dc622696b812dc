// SPDX-License-Identifier: Apache-2.0
#include "lib/color/lcms_session.h"

#include <lcms2_plugin.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace limen::inline LIMEN_ABI {

namespace {

// In front of each block, so that it can be refunded. 16 bytes keep the alignment of malloc.
struct alignas(16) BlockHeader {
  std::uint64_t bytes = 0;
};

LcmsSession* session_of(cmsContext context) {
  return static_cast<LcmsSession*>(cmsGetContextUserData(context));
}

void ignore_message(cmsContext, cmsUInt32Number, const char*) {}

void append_utf8(std::string& text, char32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    text += static_cast<char>(0xE0 | (c >> 12));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

// Little CMS' memory calls.
struct LcmsMemory {
  static void* allocate(cmsContext context, cmsUInt32Number bytes) {
    return session_of(context)->take(bytes);
  }

  static void release(cmsContext context, void* pointer) {
    session_of(context)->give_back(pointer);
  }

  static void* reallocate(cmsContext context, void* pointer, cmsUInt32Number bytes) {
    LcmsSession* session = session_of(context);
    void* fresh = session->take(bytes);
    if (fresh != nullptr && pointer != nullptr) {
      const BlockHeader* header = static_cast<BlockHeader*>(pointer) - 1;
      std::memcpy(fresh, pointer, std::min<std::uint64_t>(header->bytes, bytes));
      session->give_back(pointer);
    }
    return fresh;
  }
};

LcmsSession::LcmsSession(Workspace* workspace) : workspace_(workspace) {
  cmsPluginMemHandler plugin{};
  plugin.base.Magic = cmsPluginMagicNumber;
  plugin.base.ExpectedVersion = 2000;
  plugin.base.Type = cmsPluginMemHandlerSig;
  plugin.MallocPtr = LcmsMemory::allocate;
  plugin.FreePtr = LcmsMemory::release;
  plugin.ReallocPtr = LcmsMemory::reallocate;
  context_ = cmsCreateContext(&plugin, this);
  if (context_ != nullptr) cmsSetLogErrorHandlerTHR(context_, ignore_message);
}

LcmsSession::~LcmsSession() {
  if (context_ != nullptr) cmsDeleteContext(context_);
}

Result<void> LcmsSession::memory_error() const {
  if (was_refused_) return refusal_;
  return {};
}

bool LcmsSession::charge(std::uint64_t bytes) {
  const std::uint64_t wanted = used_ + bytes;
  // Beyond the cap it is the profile's fault, not the caller's limit.
  if (wanted > kMemoryCap) return false;
  if (workspace_ != nullptr && wanted > reserved_) {
    const std::uint64_t more = (wanted - reserved_ + kStep - 1) / kStep * kStep;
    auto reservation = workspace_->reserve(more);
    if (!reservation) {
      if (!was_refused_) refusal_ = std::move(reservation).error();
      was_refused_ = true;
      return false;
    }
    // Each reservation is a step at least and their sum at most the cap, so there is a slot.
    reservations_[reservation_count_++] = *std::move(reservation);
    reserved_ += more;
  }
  used_ = wanted;
  return true;
}

void* LcmsSession::take(std::uint64_t bytes) {
  const std::uint64_t with_header = bytes + sizeof(BlockHeader);
  if (!charge(with_header)) return nullptr;
  auto* header = static_cast<BlockHeader*>(std::malloc(static_cast<std::size_t>(with_header)));
  if (header == nullptr) {
    used_ -= with_header;
    if (!was_refused_) refusal_ = out_of_memory();
    was_refused_ = true;
    return nullptr;
  }
  header->bytes = bytes;
  return header + 1;
}

void LcmsSession::give_back(void* pointer) {
  if (pointer == nullptr) return;
  BlockHeader* header = static_cast<BlockHeader*>(pointer) - 1;
  used_ -= header->bytes + sizeof(BlockHeader);
  std::free(header);
}

LcmsProfile LcmsSession::open(ByteView icc) const {
  if (context_ == nullptr || icc.size() < 128 || icc.size() > UINT32_MAX) return nullptr;
  LcmsProfile profile(
      cmsOpenProfileFromMemTHR(context_, icc.data(), static_cast<cmsUInt32Number>(icc.size())));
  if (profile == nullptr) return nullptr;
  for (const cmsTagSignature tag :
       {cmsSigDToB0Tag, cmsSigDToB1Tag, cmsSigDToB2Tag, cmsSigDToB3Tag}) {
    if (cmsIsTag(profile.get(), tag)) cmsWriteTag(profile.get(), tag, nullptr);
  }
  return profile;
}

std::string profile_description(cmsHPROFILE profile) {
  std::array<wchar_t, 128> wide{};
  const cmsUInt32Number length =
      cmsGetProfileInfo(profile, cmsInfoDescription, "en", "US", wide.data(),
                        static_cast<cmsUInt32Number>(sizeof(wide) - sizeof(wchar_t)));
  std::string text;
  if (length == 0) return text;
  for (const wchar_t unit : wide) {
    const auto c = static_cast<char32_t>(unit);
    if (c == 0 || text.size() > 77) break;
    const bool is_printable = c >= 0x20 && c != 0x7F && !(c >= 0x80 && c < 0xA0) && c < 0x10000 &&
                              !(c >= 0xD800 && c < 0xE000);
    if (is_printable) append_utf8(text, c);
  }
  return text;
}

}  // namespace limen::inline LIMEN_ABI
