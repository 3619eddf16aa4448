// The reference implementation's turn in `bench capnp`: the messages of rows.capnp, built and read. Takes orders on standard input, one a
// line: `NAME RUNS TIMES`, and answers each with the median nanoseconds per build and per read over RUNS runs of TIMES operations, and the
// sum of what was read. The builder is MallocMessageBuilder on a scratch of its own, which it clears again when it ends; for the 1080p
// message that would be three megabytes, so there it is FlatMessageBuilder with the header cleared by hand.
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>
#include "rows.capnp.h"

namespace {

constexpr unsigned kPayloadBytes = 1920 * 1080 * 3 / 2;
constexpr size_t kScratchWords = (kPayloadBytes + 65536) / 8;

capnp::word* scratch;
volatile uint64_t zero;
std::string body(2000, 'b');
std::string line(40, 'l');

uint64_t Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000ull + now.tv_nsec;
}

struct SmallRow {
  static void Build(capnp::MessageBuilder& message, uint32_t number) {
    auto small = message.initRoot<Small>();
    small.setId(number);
    small.setScore(number);
    small.setCount(number + 1);
    small.setActive(true);
    small.setName("camera-north-17");
  }

  static uint64_t Read(capnp::MessageReader& message) {
    auto small = message.getRoot<Small>();
    auto name = small.getName();
    return small.getId() + static_cast<uint64_t>(small.getScore()) + small.getCount() + small.getActive() + name.size() + name[name.size() - 1];
  }
};

struct NestedRow {
  static void Build(capnp::MessageBuilder& message, uint32_t number) {
    auto items = message.initRoot<Nested>().initItems(100);
    for (int index = 0; index < 100; index++) {
      auto item = items[index];
      item.setId(number + index);
      item.setConfidence(index);
      item.setKind(index);
      auto box = item.initBox();
      box.setX(index);
      box.setY(index + 1);
      box.setWidth(index + 2);
      box.setHeight(index + 3);
    }
  }

  static uint64_t Read(capnp::MessageReader& message) {
    uint64_t sum = 0;
    for (auto item : message.getRoot<Nested>().getItems()) {
      auto box = item.getBox();
      sum += item.getId() + static_cast<uint64_t>(item.getConfidence()) + item.getKind() + (box.getX() + box.getY() + box.getWidth() + box.getHeight());
    }
    return sum;
  }
};

struct ArticleRow {
  static void Build(capnp::MessageBuilder& message, uint32_t) {
    auto article = message.initRoot<Article>();
    article.setTitle("A title as long as titles are");
    article.setAuthor("An author");
    article.setBody(kj::StringPtr(body.data(), body.size()));
    auto lines = article.initLines(50);
    for (int index = 0; index < 50; index++) lines.set(index, kj::StringPtr(line.data(), line.size()));
  }

  static uint64_t Sum(capnp::Text::Reader text) { return text.size() + text[text.size() - 1]; }

  static uint64_t Read(capnp::MessageReader& message) {
    auto article = message.getRoot<Article>();
    uint64_t sum = Sum(article.getTitle()) + Sum(article.getAuthor()) + Sum(article.getBody());
    for (auto text : article.getLines()) sum += Sum(text);
    return sum;
  }
};

struct PictureRow {
  static void Plane(Picture::Plane::Builder plane, unsigned offset, unsigned stride, unsigned rows) {
    plane.setOffsetBytes(offset);
    plane.setStrideBytes(stride);
    plane.setRows(rows);
  }

  static void Build(capnp::MessageBuilder& message, uint32_t number) {
    auto picture = message.initRoot<Picture>();
    picture.setStream(7);
    picture.setSequence(number);
    picture.setCaptureTimeWallNs(1700000000000000000);
    picture.setPresentationTimeNs(number * 33333333ll);
    picture.setDurationNs(33333333);
    auto video = picture.initVideo();
    video.setWidth(1920);
    video.setHeight(1080);
    video.setPixelFormat(1);
    video.setFrameRateNumerator(30);
    video.setFrameRateDenominator(1);
    auto planes = video.initPlanes(3);
    Plane(planes[0], 0, 1920, 1080);
    Plane(planes[1], 1920 * 1080, 960, 540);
    Plane(planes[2], 1920 * 1080 * 5 / 4, 960, 540);
    picture.initPayload(kPayloadBytes)[0] = static_cast<uint8_t>(number);
  }

  static uint64_t Read(capnp::MessageReader& message) {
    auto picture = message.getRoot<Picture>();
    uint64_t sum = picture.getStream() + picture.getSequence() + picture.getCaptureTimeWallNs() + picture.getPresentationTimeNs() + picture.getDurationNs();
    auto video = picture.getVideo();
    sum += video.getWidth() + video.getHeight() + video.getPixelFormat() + video.getFrameRateNumerator() + video.getFrameRateDenominator();
    for (auto plane : video.getPlanes()) sum += plane.getOffsetBytes() + plane.getStrideBytes() + plane.getRows();
    auto payload = picture.getPayload();
    return sum + payload[0] + payload[kPayloadBytes - 1] + payload.size();
  }
};

// What a message needs to be built in the scratch, and taken down again.
struct Scratch : capnp::MallocMessageBuilder {
  Scratch() : capnp::MallocMessageBuilder(kj::arrayPtr(scratch, kScratchWords)) {}
};

struct Flat : capnp::FlatMessageBuilder {
  Flat() : capnp::FlatMessageBuilder(kj::arrayPtr(Cleared(), kScratchWords)) {}
  static capnp::word* Cleared() {
    memset(scratch, 0, 256);
    return scratch;
  }
};

double Median(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

template <typename Row, typename Builder>
void Run(unsigned runs, unsigned times) {
  std::vector<double> builds(runs), reads(runs);
  uint64_t sum = 0, nothing = zero;
  for (unsigned run = 0; run < runs; run++) {
    uint64_t start = Now();
    for (unsigned count = 0; count < times; count++) {
      Builder message;
      Row::Build(message, count);
    }
    builds[run] = static_cast<double>(Now() - start) / times;
    Builder message;
    Row::Build(message, 5);
    auto segments = message.getSegmentsForOutput();
    start = Now();
    for (unsigned count = 0; count < times; count++) {
      capnp::ReaderOptions options;
      options.traversalLimitInWords = 64 << 20;
      capnp::SegmentArrayMessageReader reader(segments, options);
      sum = Row::Read(reader) + (sum & nothing);
    }
    reads[run] = static_cast<double>(Now() - start) / times;
  }
  printf("%.3f %.3f %llu\n", Median(builds), Median(reads), static_cast<unsigned long long>(sum));
}

}  // namespace

int main() {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  scratch = static_cast<capnp::word*>(calloc(kScratchWords, 8));
  char text[64], name[16];
  unsigned runs, times;
  while (fgets(text, sizeof text, stdin) != nullptr) {
    if (sscanf(text, "%15s %u %u", name, &runs, &times) != 3) return 2;
    if (name == std::string("small")) Run<SmallRow, Scratch>(runs, times);
    if (name == std::string("nested")) Run<NestedRow, Scratch>(runs, times);
    if (name == std::string("text")) Run<ArticleRow, Scratch>(runs, times);
    if (name == std::string("1080p")) {
      Run<PictureRow, Flat>(runs, times);
      memset(scratch, 0, kScratchWords * 8);
    }
  }
}
