// The reference's opinion on messages: reads framed messages from standard input, writes for each a line: 1 canonical, 0 not, x unsound.
#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/io.h>
#include <cstdio>

int main() {
  kj::FdInputStream input(0);
  kj::BufferedInputStreamWrapper buffered(input);
  while (buffered.tryGetReadBuffer().size() > 0) {
    capnp::InputStreamMessageReader message(buffered);
    bool isCanonical = false;
    auto error = kj::runCatchingExceptions([&]() { isCanonical = message.isCanonical(); });
    puts(error == nullptr ? (isCanonical ? "1" : "0") : "x");
  }
}
