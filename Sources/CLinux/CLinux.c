#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <pthread.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

int clinux_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
    return accept4(fd, address, length, flags);
}

void clinux_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

// An IPv4 server has its place in the state itself; one of IPv6 hangs beside it, and res_nclose frees it.
static int use_server(struct __res_state *state, const struct sockaddr *server) {
    state->nscount = 1;
    memset(&state->nsaddr_list[0], 0, sizeof state->nsaddr_list[0]);
    if (server->sa_family == AF_INET) {
        memcpy(&state->nsaddr_list[0], server, sizeof state->nsaddr_list[0]);
        return 0;
    }
    if (state->_u._ext.nsaddrs[0] == NULL) {
        state->_u._ext.nsaddrs[0] = malloc(sizeof(struct sockaddr_in6));
    }
    if (state->_u._ext.nsaddrs[0] == NULL) return -1;
    memcpy(state->_u._ext.nsaddrs[0], server, sizeof(struct sockaddr_in6));
    return 0;
}

int clinux_ask_name_server(const unsigned char *query, int length, const struct sockaddr *server, int seconds,
                           unsigned char *answer, int room) {
    struct __res_state state;
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) return -1;
    if (state.retrans > seconds) state.retrans = seconds;
    if (state.retry > 2) state.retry = 2;
    int result = server != NULL ? use_server(&state, server) : 0;
    if (result == 0) {
        errno = 0;
        result = res_nsend(&state, query, length, answer, room);
    }
    int error = errno;
    res_nclose(&state);
    errno = error != 0 ? error : ETIMEDOUT;
    return result > room ? room : result;
}
