/* The floor under the Verbs fabric: a ping-pong of writes with immediate between two devices, by plain libibverbs.
 *   bare_rdma lead|end DEVICE GID_INDEX busy|event|hybrid MESSAGE_BYTES ROUNDS WARMUP
 * Prints "card ..." and reads the peer's card from its input, says "ready" when it may be written to, and in the end "result": nanoseconds
 * of all timed rounds, the median of one, the CPU of all, and 0, where the fabric's own result has what it allocated. One queue pair, one block,
 * one part per write; every write is signaled, as the fabric's are. Nothing is checked but the status. */
#define _GNU_SOURCE
#include <infiniband/verbs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

enum { PORT = 1, DEPTH = 64, SPIN_NS = 20000 };
enum mode { BUSY, EVENT, HYBRID };

struct card {
    uint32_t number, packet, key;
    uint64_t address;
    union ibv_gid gid;
};

static struct ibv_comp_channel *channel;
static struct ibv_cq *completions;
static struct ibv_qp *pair;
static struct ibv_mr *memory;
static struct card own, peer;
static enum mode mode;
static uint32_t message;
static int underway;

static void require(int is_well, const char *what)
{
    if (!is_well) {
        perror(what);
        exit(1);
    }
}

static int64_t now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int64_t cpu(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000LL + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000LL;
}

static struct ibv_context *device_of(const char *name)
{
    struct ibv_device **devices = ibv_get_device_list(NULL);
    require(devices != NULL, "ibv_get_device_list");
    for (struct ibv_device **one = devices; *one; one++)
        if (strcmp(ibv_get_device_name(*one), name) == 0)
            return ibv_open_device(*one);
    return NULL;
}

static void receive(int count)
{
    struct ibv_recv_wr request = {0}, *refused;
    while (count-- > 0)
        require(ibv_post_recv(pair, &request, &refused) == 0, "ibv_post_recv");
}

static void make(const char *name, int gid_index)
{
    struct ibv_context *context = device_of(name);
    require(context != NULL, name);
    struct ibv_pd *domain = ibv_alloc_pd(context);
    void *block = mmap(NULL, message, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    memory = ibv_reg_mr(domain, block, message, IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE);
    require(memory != NULL, "ibv_reg_mr");
    channel = ibv_create_comp_channel(context);
    completions = ibv_create_cq(context, 2 * DEPTH, NULL, channel, 0);
    struct ibv_qp_init_attr size = {.send_cq = completions, .recv_cq = completions, .qp_type = IBV_QPT_RC,
        .cap = {.max_send_wr = DEPTH, .max_recv_wr = DEPTH, .max_send_sge = 1, .max_recv_sge = 1}};
    pair = ibv_create_qp(domain, &size);
    require(pair != NULL, "ibv_create_qp");
    struct ibv_qp_attr opened = {.qp_state = IBV_QPS_INIT, .port_num = PORT, .qp_access_flags = IBV_ACCESS_REMOTE_WRITE};
    require(ibv_modify_qp(pair, &opened, IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_ACCESS_FLAGS) == 0, "INIT");
    receive(DEPTH);
    own = (struct card){pair->qp_num, 0x1234, memory->rkey, (uintptr_t)block, {{0}}};
    require(ibv_query_gid(context, PORT, gid_index, &own.gid) == 0, "ibv_query_gid");
}

static void meet(void)
{
    printf("card %x %x %x %llx %llx %llx\n", own.number, own.packet, own.key, (unsigned long long)own.address,
        (unsigned long long)own.gid.global.subnet_prefix, (unsigned long long)own.gid.global.interface_id);
    fflush(stdout);
    unsigned long long address, prefix, interface;
    require(scanf("card %x %x %x %llx %llx %llx", &peer.number, &peer.packet, &peer.key, &address, &prefix, &interface) == 6, "card");
    peer.address = address;
    peer.gid.global.subnet_prefix = prefix;
    peer.gid.global.interface_id = interface;
}

static void join(int gid_index)
{
    struct ibv_qp_attr bound = {.qp_state = IBV_QPS_RTR, .path_mtu = IBV_MTU_4096, .dest_qp_num = peer.number, .rq_psn = peer.packet,
        .max_dest_rd_atomic = 1, .min_rnr_timer = 12,
        .ah_attr = {.is_global = 1, .port_num = PORT, .grh = {.dgid = peer.gid, .sgid_index = (uint8_t)gid_index, .hop_limit = 64}}};
    require(ibv_modify_qp(pair, &bound, IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN | IBV_QP_RQ_PSN | IBV_QP_MAX_DEST_RD_ATOMIC |
        IBV_QP_MIN_RNR_TIMER) == 0, "RTR");
    struct ibv_qp_attr ready = {.qp_state = IBV_QPS_RTS, .sq_psn = own.packet, .timeout = 14, .retry_cnt = 6, .rnr_retry = 6, .max_rd_atomic = 1};
    require(ibv_modify_qp(pair, &ready, IBV_QP_STATE | IBV_QP_SQ_PSN | IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY | IBV_QP_MAX_QP_RD_ATOMIC) == 0,
        "RTS");
}

static void write_block(void)
{
    struct ibv_sge part = {own.address, message, memory->lkey};
    struct ibv_send_wr request = {.sg_list = &part, .num_sge = 1, .opcode = IBV_WR_RDMA_WRITE_WITH_IMM, .send_flags = IBV_SEND_SIGNALED, .imm_data = 1,
        .wr.rdma = {peer.address, peer.key}}, *refused;
    require(ibv_post_send(pair, &request, &refused) == 0, "ibv_post_send");
    underway++;
}

static void sleep_until_event(void)
{
    struct ibv_cq *queue;
    void *cookie;
    require(ibv_get_cq_event(channel, &queue, &cookie) == 0, "ibv_get_cq_event");
    ibv_ack_cq_events(queue, 1);
}

/* Takes what is there; returns how many were the peer's writes, and -1 when nothing was there. */
static int take(void)
{
    struct ibv_wc found[16];
    int landed = 0, count = ibv_poll_cq(completions, 16, found);
    require(count >= 0, "ibv_poll_cq");
    for (int index = 0; index < count; index++) {
        require(found[index].status == IBV_WC_SUCCESS, ibv_wc_status_str(found[index].status));
        landed += found[index].opcode == IBV_WC_RECV_RDMA_WITH_IMM;
        underway -= found[index].opcode == IBV_WC_RDMA_WRITE;
    }
    return count == 0 ? -1 : landed;
}

static int take_within_spin(void)
{
    int landed;
    int64_t started = now(CLOCK_MONOTONIC);
    while ((landed = take()) < 0 && now(CLOCK_MONOTONIC) - started < SPIN_NS)
        ;
    return landed;
}

/* Arm, look again, sleep: no event is lost between. */
static int take_or_sleep(void)
{
    int landed = mode == HYBRID ? take_within_spin() : take();
    if (landed >= 0)
        return landed;
    require(ibv_req_notify_cq(completions, 0) == 0, "ibv_req_notify_cq");
    landed = take();
    if (landed < 0)
        sleep_until_event();
    return landed;
}

static void await_block(void)
{
    for (int landed = 0; landed <= 0;)
        landed = mode == BUSY ? take() : take_or_sleep();
    receive(1);
}

static int ascending(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void play(int is_lead, int rounds, int warmup)
{
    int64_t *took = malloc(sizeof *took * (size_t)(rounds + 1)), used = 0, sum = 0;
    for (int round = -warmup; round < rounds; round++) {
        if (round == 0)
            used = cpu();
        int64_t started = now(CLOCK_MONOTONIC);
        if (is_lead)
            write_block();
        await_block();
        if (!is_lead)
            write_block();
        if (round >= 0)
            sum += took[round] = now(CLOCK_MONOTONIC) - started;
    }
    used = cpu() - used;
    while (underway > 0) /* whoever leaves takes what it has not sent along */
        take();
    qsort(took, (size_t)rounds, sizeof *took, ascending);
    printf("result %lld %lld %lld 0\n", (long long)sum, (long long)took[rounds / 2], (long long)used);
}

int main(int count, char **words)
{
    if (count != 8)
        return 2;
    int gid_index = atoi(words[3]);
    mode = strcmp(words[4], "busy") == 0 ? BUSY : strcmp(words[4], "event") == 0 ? EVENT : HYBRID;
    message = (uint32_t)atoi(words[5]);
    make(words[2], gid_index);
    meet();
    join(gid_index);
    puts("ready");
    fflush(stdout);
    play(strcmp(words[1], "lead") == 0, atoi(words[6]), atoi(words[7]));
    return 0;
}
