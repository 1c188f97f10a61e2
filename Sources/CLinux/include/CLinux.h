// Linux calls that Swift's Glibc module leaves out.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/tcp.h>
#include <netinet/in.h>
#include <signal.h>

// accept4 is behind _GNU_SOURCE, which Swift's importer does not define for Glibc.
int clinux_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
