/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Progress and warnings. A line is put together in memory and written with one call, so that lines
 * of several processes do not mix. A line longer than the buffer is cut.
 */
#include "engine/base/log.h"
#include "engine/base/clock.h"
#include "engine/base/comm.h"
#include "engine/base/launcher.h"
#include "engine/base/traffic.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096
#define SECONDS_BETWEEN_BARS 0.1
#define BAR_CELLS 20

static struct {
    bool speaks, terminal, bar_shown;
    enum ambit_log_level level;
    int columns;
    char phase[32];
    double opened, phase_started, bar_drawn;
    bool muted; /* steps of phases are not shown */
} log_state = {.level = AMBIT_LOG_QUIET};

struct line {
    char text[LINE_MAX_BYTES];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void append(struct line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int wanted =
        vsnprintf(line->text + line->length, sizeof line->text - line->length, format, arguments);
    va_end(arguments);
    if (wanted > 0) line->length += (size_t)wanted;
    if (line->length > sizeof line->text - 1) line->length = sizeof line->text - 1;
}

static void write_line(const struct line *line)
{
    (void)fwrite(line->text, 1, line->length, stderr);
    (void)fflush(stderr);
}

static void append_json_string(struct line *line, const char *text, size_t bytes)
{
    append(line, "\"");
    for (size_t i = 0; i < bytes; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            append(line, "\\%c", c);
        else if (c < 0x20)
            append(line, "\\u%04x", c);
        else
            append(line, "%c", c);
    }
    append(line, "\"");
}

static const char *skip_digits(const char *c)
{
    while (*c >= '0' && *c <= '9')
        c++;
    return c;
}

/* By JSON's grammar, which is narrower than strtod's: no "inf", no "0x10", no "07", no ".5". */
static bool is_json_number(const char *text, size_t bytes)
{
    const char *c = text + (text[0] == '-');
    const char *end = skip_digits(c);
    if (end == c || (c[0] == '0' && end > c + 1)) return false;
    if (*end == '.') {
        c = end + 1;
        end = skip_digits(c);
        if (end == c) return false;
    }
    if (*end == 'e' || *end == 'E') {
        c = end + 1 + (end[1] == '+' || end[1] == '-');
        end = skip_digits(c);
        if (end == c) return false;
    }
    return end == text + bytes;
}

/* Appends ,"key":value for each key=value word of `detail`. */
static void append_json_detail(struct line *line, const char *detail)
{
    const char *word = detail + strspn(detail, " ");
    while (*word != '\0') {
        const size_t word_bytes = strcspn(word, " ");
        const size_t key_bytes = strcspn(word, "= ");
        if (word[key_bytes] == '=') {
            const char *const value = word + key_bytes + 1;
            const size_t value_bytes = word_bytes - key_bytes - 1;
            append(line, ",");
            append_json_string(line, word, key_bytes);
            append(line, ":");
            if (is_json_number(value, value_bytes))
                append(line, "%.*s", (int)value_bytes, value);
            else
                append_json_string(line, value, value_bytes);
        }
        word += word_bytes;
        word += strspn(word, " ");
    }
}

/* Where the words end up being read: our standard error, or that of the mpirun that started us and
 * reads ours through a pipe. Returns a descriptor to close, or -1 where that is no terminal. */
static int open_terminal(void)
{
    if (isatty(STDERR_FILENO)) return dup(STDERR_FILENO);
    if (ambit_launcher_rank() < 0) return -1;
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/fd/2", (long)getppid());
    const int descriptor = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0 || isatty(descriptor)) return descriptor;
    (void)close(descriptor);
    return -1;
}

void ambit_log_open(bool speaks, enum ambit_log_level level)
{
    memset(&log_state, 0, sizeof log_state);
    log_state.speaks = speaks;
    log_state.level = level;
    log_state.columns = 80;
    log_state.opened = ambit_seconds();
    const int descriptor = speaks ? open_terminal() : -1;
    if (descriptor < 0) return;
    struct winsize size;
    log_state.terminal = true;
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        log_state.columns = size.ws_col;
    (void)close(descriptor);
}

static void draw_bar(const char *phase, int64_t done, int64_t total, const char *detail)
{
    const double now = ambit_seconds();
    const bool last = total > 0 && done >= total;
    if (strncmp(phase, log_state.phase, sizeof log_state.phase - 1) != 0) {
        (void)snprintf(log_state.phase, sizeof log_state.phase, "%s", phase);
        log_state.phase_started = now;
    } else if (!last && now - log_state.bar_drawn < SECONDS_BETWEEN_BARS) {
        return;
    }
    log_state.bar_drawn = now;

    struct line line = {.length = 0};
    append(&line, "%-8s", phase);
    if (total > 0) {
        const int cells = (int)((double)done / (double)total * BAR_CELLS);
        append(&line, " [");
        for (int i = 0; i < BAR_CELLS; i++)
            append(&line, "%c", i < cells ? '#' : '-');
        append(&line, "] %lld/%lld", (long long)done, (long long)total);
    } else if (done > 0) {
        append(&line, " %lld", (long long)done);
    }
    append(&line, "  %.0f s", now - log_state.opened);
    if (total > 0 && done > 0 && !last) {
        const double spent = now - log_state.phase_started;
        append(&line, ", %.0f s left", spent / (double)done * (double)(total - done));
    }
    if (detail[0] != '\0') append(&line, "  %s", detail);
    /* A line that wraps could not be overwritten; one column stays free for the cursor. */
    if (line.length > (size_t)log_state.columns - 1) line.length = (size_t)log_state.columns - 1;
    struct line out = {.length = 0};
    append(&out, "\r%.*s\033[K", (int)line.length, line.text);
    write_line(&out);
    log_state.bar_shown = true;
}

void ambit_log_progress(const char *phase, int64_t done, int64_t total, const char *detail)
{
    ambit_traffic_phase(phase, done);
    if (!log_state.speaks || log_state.level == AMBIT_LOG_QUIET || log_state.muted) return;
    if (log_state.terminal) {
        draw_bar(phase, done, total, detail);
        return;
    }
    struct line line = {.length = 0};
    append(&line, "{\"phase\":");
    append_json_string(&line, phase, strlen(phase));
    append(&line, ",\"done\":%lld,\"total\":%lld", (long long)done, (long long)total);
    append_json_detail(&line, detail);
    append(&line, ",\"seconds\":%.3f}\n", ambit_seconds() - log_state.opened);
    write_line(&line);
}

void ambit_log_mute(bool muted)
{
    log_state.muted = muted;
}

void ambit_log_finish(void)
{
    if (!log_state.bar_shown) return;
    (void)fputc('\n', stderr);
    (void)fflush(stderr);
    log_state.bar_shown = false;
}

/* Text of any length: cut at the line, never overrun. */
static void say(const char *kind, const char *format, va_list arguments)
{
    char text[LINE_MAX_BYTES / 2];
    struct line line = {.length = 0};
    (void)vsnprintf(text, sizeof text, format, arguments);
    if (log_state.terminal) {
        ambit_log_finish();
        append(&line, "ambit: %s: %s\n", kind, text);
    } else {
        append(&line, "{");
        append_json_string(&line, kind, strlen(kind));
        append(&line, ":");
        append_json_string(&line, text, strlen(text));
        append(&line, "}\n");
    }
    write_line(&line);
}

void ambit_log_warning(const char *format, ...)
{
    if (!log_state.speaks || log_state.level == AMBIT_LOG_QUIET) return;
    va_list arguments;
    va_start(arguments, format);
    say("warning", format, arguments);
    va_end(arguments);
}

void ambit_log_advice(const char *format, ...)
{
    if (!log_state.speaks || log_state.level == AMBIT_LOG_QUIET) return;
    va_list arguments;
    va_start(arguments, format);
    say("advice", format, arguments);
    va_end(arguments);
}

void ambit_log_note(const char *format, ...)
{
    if (!log_state.speaks || log_state.level != AMBIT_LOG_VERBOSE) return;
    va_list arguments;
    va_start(arguments, format);
    say("note", format, arguments);
    va_end(arguments);
}
