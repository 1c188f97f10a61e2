// Linux calls that Swift's Glibc module leaves out.
#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/tcp.h>
#include <netinet/in.h>
#include <signal.h>
#include <malloc.h>

// accept4 is behind _GNU_SOURCE, which Swift's importer does not define for Glibc.
int clinux_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

// Names the calling thread; pthread_setname_np is behind _GNU_SOURCE as well.
void clinux_name_thread(const char *name);

// Sends a DNS message to the name servers of resolv.conf, or to `server` alone, and waits for the answer as res_nsend(3)
// does: in turn, again, over TCP where a datagram is too small. Gives its length, or -1 with errno.
int clinux_ask_name_server(const unsigned char *query, int length, const struct sockaddr *server, int seconds,
                           unsigned char *answer, int room);
