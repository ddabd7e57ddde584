/* base.h - what every other folder stands on. The headers below are reached through this one only. */
#ifndef SOTTO_BASE_H
#define SOTTO_BASE_H

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/cpu.h"
#include "base/memory.h"
#include "base/codec.h"
#include "base/text.h"
#include "base/fiber.h"
#include "base/clock.h"

#endif
