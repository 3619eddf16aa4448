/* The floor under the Tcp fabric: the same frames from and to the same kind of memory by plain blocking sendmsg and recv loops.
 *   bare_tcp recv ADDRESS PORT FRAMES WARMUP BLOCKS     prints "port N", then the result of the timed part
 *   bare_tcp send ADDRESS PORT FRAMES WARMUP BLOCKS
 * The receiver knows the frame's size beforehand, checks nothing and grants nothing. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 256, PAYLOAD = 3110400, FRAME = HEADER + PAYLOAD, BLOCK = (FRAME + 4095) / 4096 * 4096 };

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static char *blocks_of_memfd(int count)
{
    size_t length = (size_t)count * BLOCK;
    int file = memfd_create("bare", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, (off_t)length) != 0)
        fail("memfd");
    char *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
    if (memory == MAP_FAILED)
        fail("mmap");
    memset(memory, 0x5A, length);
    return memory;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double cpu(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void send_frame(int connection, char *header, char *payload)
{
    struct iovec parts[2] = {{header, HEADER}, {payload, PAYLOAD}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    while (message.msg_iovlen > 0) {
        ssize_t sent = sendmsg(connection, &message, MSG_NOSIGNAL);
        if (sent < 0)
            fail("sendmsg");
        while (message.msg_iovlen > 0 && (size_t)sent >= message.msg_iov->iov_len) {
            sent -= (ssize_t)message.msg_iov->iov_len;
            message.msg_iov++;
            message.msg_iovlen--;
        }
        if (message.msg_iovlen > 0) {
            message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
            message.msg_iov->iov_len -= (size_t)sent;
        }
    }
}

static void receive_frame(int connection, char *block)
{
    for (size_t received = 0; received < FRAME;) {
        ssize_t got = recv(connection, block + received, FRAME - received, 0);
        if (got <= 0)
            fail("recv");
        received += (size_t)got;
    }
}

static int connection_of(int is_receiver, const char *address, int port)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t length = sizeof where;
    int one = 1, made = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, address, &where.sin_addr);
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (!is_receiver) {
        if (connect(made, (struct sockaddr *)&where, sizeof where) != 0)
            fail("connect");
        return made;
    }
    if (bind(made, (struct sockaddr *)&where, sizeof where) != 0 || listen(made, 1) != 0)
        fail("listen");
    getsockname(made, (struct sockaddr *)&where, &length);
    printf("port %d\n", ntohs(where.sin_port));
    fflush(stdout);
    return accept(made, NULL, NULL);
}

int main(int count, char **words)
{
    if (count != 7)
        return 2;
    int is_receiver = strcmp(words[1], "recv") == 0;
    int frames = atoi(words[4]), warmup = atoi(words[5]), blocks = atoi(words[6]);
    char *memory = blocks_of_memfd(blocks);
    char header[HEADER] = {0};
    int connection = connection_of(is_receiver, words[2], atoi(words[3]));
    double started = 0, used = 0;
    for (int frame = -warmup; frame < frames; frame++) {
        char *block = memory + (size_t)((frame + warmup) % blocks) * BLOCK;
        if (frame == 0) {
            started = now();
            used = cpu();
        }
        if (is_receiver)
            receive_frame(connection, block);
        else
            send_frame(connection, header, block);
    }
    printf("result %.9f %.9f\n", now() - started, cpu() - used);
    return 0;
}
