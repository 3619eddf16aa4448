// The reference implementation's turn in `bench encode`: the same 1080p frame message, built in place in one mapping of shared memory and
// read through a second one. Takes orders on standard input, one a line, and answers each with one line of numbers:
//   loop N      nanoseconds per operation, the median of N runs of 1000 operations each (short runs, so that a busy machine's
//               other processes spoil few of them), without metadata
//   meta N      the same with three metadata entries
//   paced       eight workers, one operation each, 125 ms apart: eight times in nanoseconds
//   faults N    minor page faults during N operations
// The builder is the fastest that the library has for memory of one's own: FlatMessageBuilder. It expects zeroed words, so the
// header's are cleared before each message; the payload's are never touched.
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string>
#include <thread>
#include <vector>
#include "frame.capnp.h"

namespace {

constexpr unsigned kPayloadBytes = 1920 * 1080 * 3 / 2;
constexpr size_t kHeaderBytes = 1024;
constexpr size_t kRegionBytes = (kHeaderBytes + kPayloadBytes + 4095) / 4096 * 4096;

uint64_t Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000ull + now.tv_nsec;
}

struct Region {
  char* source;
  const char* target;

  Region() {
    int file = memfd_create("capnp-encode", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, kRegionBytes) != 0) std::abort();
    source = static_cast<char*>(mmap(nullptr, kRegionBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0));
    target = static_cast<const char*>(mmap(nullptr, kRegionBytes, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0));
    if (source == MAP_FAILED || target == MAP_FAILED) std::abort();
    memset(source, 1, kRegionBytes);
    for (size_t i = 0; i < kRegionBytes; i += 4096) (void)*(volatile const char*)(target + i);
    close(file);
  }
};

void Plane(FrameMessage::Plane::Builder plane, unsigned offset, unsigned stride, unsigned rows) {
  plane.setOffsetBytes(offset);
  plane.setStrideBytes(stride);
  plane.setRows(rows);
}

template <bool kMetadata>
size_t Build(char* memory, uint64_t sequence) {
  memset(memory, 0, kMetadata ? 512 : 256);
  capnp::FlatMessageBuilder message(kj::arrayPtr(reinterpret_cast<capnp::word*>(memory), kRegionBytes / 8));
  auto frame = message.initRoot<FrameMessage>();
  frame.setStream(7);
  frame.setSequence(sequence);
  frame.setCaptureTimeWallNs(1700000000000000000);
  frame.setPresentationTimeNs(sequence * 33333333);
  frame.setDurationNs(33333333);
  auto video = frame.getMedia().initVideo();
  video.setWidth(1920);
  video.setHeight(1080);
  video.setPixelFormat(PixelFormat::YUV420P);
  video.setFrameRateNumerator(30);
  video.setFrameRateDenominator(1);
  auto planes = video.initPlanes(3);
  Plane(planes[0], 0, 1920, 1080);
  Plane(planes[1], 1920 * 1080, 960, 540);
  Plane(planes[2], 1920 * 1080 * 5 / 4, 960, 540);
  if (kMetadata) {
    auto metadata = frame.initMetadata(3);
    metadata[0].setName("score");
    metadata[0].setFloat64(0.5);
    metadata[1].setName("scene");
    metadata[1].setInt64(3);
    metadata[2].setName("label");
    metadata[2].setText("goal");
  }
  auto payload = frame.initPayload0(kPayloadBytes);
  payload[0] = static_cast<uint8_t>(sequence);
  return reinterpret_cast<char*>(payload.end()) - memory;
}

template <bool kMetadata>
uint64_t Read(const char* memory, size_t length) {
  kj::ArrayPtr<const capnp::word> segments[] = {kj::arrayPtr(reinterpret_cast<const capnp::word*>(memory), (length + 7) / 8)};
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 64 << 20;
  capnp::SegmentArrayMessageReader message(kj::arrayPtr(segments, 1), options);
  auto frame = message.getRoot<FrameMessage>();
  uint64_t sum = frame.getStream() + frame.getSequence() + frame.getCaptureTimeWallNs() + frame.getPresentationTimeNs() + frame.getDurationNs();
  auto payload = frame.getPayload0();
  if (frame.getMedia().which() == FrameMessage::Media::VIDEO) {
    auto video = frame.getMedia().getVideo();
    sum += video.getWidth() + video.getHeight() + static_cast<uint64_t>(video.getPixelFormat()) + video.getFrameRateNumerator() + video.getFrameRateDenominator();
    for (auto plane : video.getPlanes()) sum += plane.getOffsetBytes() + plane.getStrideBytes() + plane.getRows() + plane.getPayload();
  }
  if (kMetadata) {
    for (auto entry : frame.getMetadata()) {
      sum += entry.getName().size();
      switch (entry.which()) {
        case FrameMessage::Metadata::INT64: sum += entry.getInt64(); break;
        case FrameMessage::Metadata::FLOAT64: sum += static_cast<uint64_t>(entry.getFloat64() * 2); break;
        case FrameMessage::Metadata::TEXT: sum += entry.getText().size(); break;
        default: break;
      }
    }
  }
  return sum + payload[0] + payload[kPayloadBytes - 1] + payload.size();
}

uint64_t sink;

template <bool kMetadata>
void Once(Region& region, uint64_t sequence) {
  size_t length = Build<kMetadata>(region.source, sequence);
  sink += Read<kMetadata>(region.target, length);
}

template <bool kMetadata>
double Loop(Region& region, unsigned long runs) {
  static uint64_t sequence = 0;
  std::vector<double> times(runs);
  for (auto& time : times) {
    uint64_t start = Now();
    for (int i = 0; i < 1000; i++) Once<kMetadata>(region, ++sequence);
    time = (Now() - start) / 1000.0;
  }
  std::sort(times.begin(), times.end());
  return times[runs / 2];
}

// Each worker has its own region and sleeps between its turns, as the article's workers do.
class PacedWorkers {
 public:
  PacedWorkers() {
    for (int worker = 0; worker < 8; worker++) threads_.emplace_back([this, worker] { Work(worker); });
  }

  void Round() {
    for (int worker = 0; worker < 8; worker++) {
      usleep(125000);
      std::unique_lock<std::mutex> lock(mutex_);
      turn_ = worker;
      wake_.notify_all();
      wake_.wait(lock, [this] { return turn_ < 0; });
    }
    for (auto time : times_) printf("%llu ", static_cast<unsigned long long>(time));
    printf("\n");
  }

 private:
  void Work(int worker) {
    Region region;
    for (uint64_t sequence = 1;; sequence++) {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [this, worker] { return turn_ == worker; });
      uint64_t start = Now();
      Once<false>(region, sequence);
      times_[worker] = Now() - start;
      turn_ = -1;
      wake_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  int turn_ = -1;
  uint64_t times_[8] = {};
  std::vector<std::thread> threads_;
};

long Faults() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

}  // namespace

int main() {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  Region region;
  PacedWorkers* paced = nullptr;
  char order[16];
  unsigned long count = 0;
  char line[64];
  while (fgets(line, sizeof line, stdin) != nullptr) {
    sscanf(line, "%15s %lu", order, &count);
    std::string name = order;
    if (name == "paced") {
      if (paced == nullptr) paced = new PacedWorkers();
      paced->Round();
      continue;
    }
    long faults = Faults();
    double time = name == "meta" ? Loop<true>(region, count) : Loop<false>(region, count);
    printf("%.3f\n", name == "faults" ? static_cast<double>(Faults() - faults) : time);
  }
  _exit(sink == 1 ? 1 : 0);
}
