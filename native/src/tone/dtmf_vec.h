/* dtmf_vec: complex numbers of the digit receiver. */
#pragma once

#include <math.h>

typedef struct vec {
    double re, im;
} vec;

static inline vec times(vec a, vec b) {
    vec r = {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    return r;
}

static inline vec conj_times(vec a, vec b) { /* conj(a) * b */
    vec r = {a.re * b.re + a.im * b.im, a.re * b.im - a.im * b.re};
    return r;
}

static inline vec plus(vec a, vec b) {
    vec r = {a.re + b.re, a.im + b.im};
    return r;
}

static inline double square(vec a) {
    return a.re * a.re + a.im * a.im;
}

static inline vec unit(double radians) {
    vec r = {cos(radians), sin(radians)};
    return r;
}
