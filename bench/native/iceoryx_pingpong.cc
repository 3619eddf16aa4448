// Ping-pong of loaned samples between two processes over iceoryx 2.0, polling: the peer that DESIGN's hand-over budget names.
// usage: iceoryx_pingpong lead|end ROUNDS   (the lead prints p50 and p99 of half a round trip, in nanoseconds; a RouDi must run)
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "iceoryx_posh/popo/publisher.hpp"
#include "iceoryx_posh/popo/subscriber.hpp"
#include "iceoryx_posh/runtime/posh_runtime.hpp"

struct Message {
    uint64_t sequence;
    uint8_t rest[56];
};

static const uint64_t WARM_UP = 100000;
static const int64_t WATCHDOG_NS = 60000000000;

static int64_t now_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static uint64_t receive(iox::popo::Subscriber<Message>& from) {
    for (uint64_t looks = 1;; looks++) {
        uint64_t sequence = 0;
        bool came = false;
        from.take().and_then([&](auto& sample) {
            // The first and the last byte, as our own bench does.
            sequence = sample->sequence + sample->rest[55];
            came = true;
        });
        if (came) return sequence;
        static int64_t started = now_ns();
        if (looks % 1000000 == 0 && now_ns() - started > 4 * WATCHDOG_NS) exit(3);
    }
}

static void send(iox::popo::Publisher<Message>& to, uint64_t sequence) {
    to.loan().and_then([&](auto& sample) {
        sample->sequence = sequence;
        sample->rest[55] = 0;
        sample.publish();
    });
}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const bool leads = strcmp(argv[1], "lead") == 0;
    const uint64_t rounds = strtoull(argv[2], nullptr, 10);
    const char* name = leads ? "bench-lead" : "bench-end";
    iox::runtime::PoshRuntime::initRuntime(iox::RuntimeName_t(iox::cxx::TruncateToCapacity, name));

    iox::popo::PublisherOptions publishing;
    publishing.historyCapacity = 0;
    iox::popo::SubscriberOptions subscribing;
    subscribing.queueCapacity = 10;
    const iox::capro::ServiceDescription there{"Bench", "PingPong", "There"};
    const iox::capro::ServiceDescription back{"Bench", "PingPong", "Back"};
    iox::popo::Publisher<Message> to(leads ? there : back, publishing);
    iox::popo::Subscriber<Message> from(leads ? back : there, subscribing);

    const int64_t started = now_ns();
    while (!to.hasSubscribers() || from.getSubscriptionState() != iox::SubscribeState::SUBSCRIBED)
        if (now_ns() - started > WATCHDOG_NS) return 3;

    if (!leads) {
        for (uint64_t round = 0; round < WARM_UP + rounds; round++) send(to, receive(from));
        // The lead's last take needs us alive no longer, but our port must not vanish under it.
        while (to.hasSubscribers() && now_ns() - started < 4 * WATCHDOG_NS) {}
        return 0;
    }
    std::vector<int64_t> times(rounds);
    for (uint64_t round = 0; round < WARM_UP; round++) {
        send(to, round);
        receive(from);
    }
    int64_t before = now_ns();
    for (uint64_t round = 0; round < rounds; round++) {
        send(to, round);
        receive(from);
        const int64_t after = now_ns();
        times[round] = after - before;
        before = after;
    }
    std::sort(times.begin(), times.end());
    printf("%.1f %.1f\n", times[rounds / 2] / 2.0, times[rounds * 99 / 100] / 2.0);
    return 0;
}
