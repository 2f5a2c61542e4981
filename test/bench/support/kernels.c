/* What this machine's compiler makes of the same work: gcc -O3 -march=native -ffast-math -pthread.
 * Reads "<job> <threads>" a line, does it once, prints wall and CPU milliseconds. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N 1000000L
#define D 384
#define G 1024
#define MOST 64
typedef float wide __attribute__((vector_size(64), aligned(4)));

static float *rows, *query, *out, *A, *B, *C, *packed;
static int8_t *rows8, *query8;
static int32_t *out8;
static volatile float sink[MOST];

static double at(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* Every job does share t of n. */
static void read_all(int t, int n) {
  float a[64] = {0};
  for (long i = N * D / n * t; i < N * D / n * (t + 1); i += 64)
    for (int j = 0; j < 64; j++) a[j] += rows[i + j];
  float s = 0;
  for (int j = 0; j < 64; j++) s += a[j];
  sink[t] = s;
}

static void scan(int t, int n) {
  for (long i = N * t / n; i < N * (t + 1) / n; i++) {
    const float *x = rows + i * D;
    float s = 0;
    for (int j = 0; j < D; j++) s += x[j] * query[j];
    out[i] = s;
  }
}

static void scan8(int t, int n) {
  for (long i = N * t / n; i < N * (t + 1) / n; i++) {
    const int8_t *x = rows8 + i * D;
    int32_t s = 0;
    for (int j = 0; j < D; j++) s += x[j] * query8[j];
    out8[i] = s;
  }
}

/* 8 x 32 tile, B packed in panels of 32 columns. */
static void sgemm(int t, int n) {
  for (int p = G / 32 * t / n; p < G / 32 * (t + 1) / n; p++) {
    float *panel = packed + (long)p * G * 32;
    for (int k = 0; k < G; k++) memcpy(panel + k * 32, B + (long)k * G + p * 32, 128);
    for (int kb = 0; kb < G; kb += 256)
      for (int i = 0; i < G; i += 8) {
        wide c[8][2] = {0};
        for (int k = kb; k < kb + 256; k++) {
          const wide b0 = *(wide *)(panel + k * 32), b1 = *(wide *)(panel + k * 32 + 16);
#pragma GCC unroll 8
          for (int r = 0; r < 8; r++) {
            c[r][0] += A[(long)(i + r) * G + k] * b0;
            c[r][1] += A[(long)(i + r) * G + k] * b1;
          }
        }
        for (int r = 0; r < 8; r++)
          for (int h = 0; h < 2; h++) {
            wide *target = (wide *)(C + (long)(i + r) * G + p * 32 + h * 16);
            *target = kb ? *target + c[r][h] : c[r][h];
          }
      }
  }
}

typedef void (*job)(int, int);
struct share { job run; int t, n; };

static void *run_share(void *given) {
  struct share *s = given;
  s->run(s->t, s->n);
  return 0;
}

int main(void) {
  rows = aligned_alloc(64, N * D * 4);
  rows8 = aligned_alloc(64, N * D);
  query = aligned_alloc(64, D * 4);
  query8 = aligned_alloc(64, D);
  out = aligned_alloc(64, N * 4);
  out8 = aligned_alloc(64, N * 4);
  A = aligned_alloc(64, G * G * 4);
  B = aligned_alloc(64, G * G * 4);
  C = aligned_alloc(64, G * G * 4);
  packed = aligned_alloc(64, G * G * 4);
  for (long i = 0; i < N * D; i++) rows[i] = (float)((i * 2654435761u) & 1023) / 1024 - .5f;
  for (long i = 0; i < N * D; i++) rows8[i] = (int8_t)((i * 2654435761u) >> 13);
  for (int i = 0; i < D; i++) query[i] = i % 7 - 3, query8[i] = i % 13 - 6;
  for (int i = 0; i < G * G; i++) A[i] = (i % 17) * .1f, B[i] = (i % 13) * .1f;
  char name[16];
  int threads;
  while (scanf("%15s %d", name, &threads) == 2) {
    job run = !strcmp(name, "read") ? read_all : !strcmp(name, "scan") ? scan
              : !strcmp(name, "scan8") ? scan8 : sgemm;
    if (threads > MOST) threads = MOST;
    const double wall = at(CLOCK_MONOTONIC), cpu = at(CLOCK_PROCESS_CPUTIME_ID);
    pthread_t ids[MOST];
    struct share shares[MOST];
    for (int t = 0; t < threads; t++) shares[t] = (struct share){run, t, threads};
    for (int t = 1; t < threads; t++) pthread_create(ids + t, 0, run_share, shares + t);
    run_share(shares);
    for (int t = 1; t < threads; t++) pthread_join(ids[t], 0);
    printf("%f %f\n", at(CLOCK_MONOTONIC) - wall, at(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    fflush(stdout);
  }
}
