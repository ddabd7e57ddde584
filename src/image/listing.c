/* listing.c - an image for people's eyes, from the same list as everything else. */
#include "image/internal.h"

#include <stdio.h>

/* "u32[n + 1]" */
static void put_type(const struct image *im, struct writer *out, bool secret, unsigned elem, uint32_t size)
{
    text_format(out, "%s%s", secret ? "secret " : "", image_elem_name(elem));
    if (size == IMAGE_NONE)
        return;
    if (im->sizes[size].symbol == IMAGE_NONE)
        text_format(out, "[%llu]", (unsigned long long)im->sizes[size].addend);
    else if (im->sizes[size].addend)
        text_format(out, "[%s + %llu]", im->symbols[im->sizes[size].symbol],
                    (unsigned long long)im->sizes[size].addend);
    else
        text_format(out, "[%s]", im->symbols[im->sizes[size].symbol]);
}

static void put_value(struct writer *out, unsigned elem, uint64_t value)
{
    if (image_elem_signed(elem))
        text_format(out, "%lld", (long long)value);
    else
        text_format(out, "%llu", (unsigned long long)value);
}

static void list_declarations(const struct image *im, struct writer *out)
{
    for (size_t i = 0; i < im->symbols_n; i++)
        text_format(out, "symbol %s\n", im->symbols[i]);
    for (size_t i = 0; i < im->params_n; i++) {
        const struct image_param *p = &im->params[i];

        text_format(out, "param  ");
        put_type(im, out, false, p->elem, IMAGE_NONE);
        text_format(out, " %s", p->name);
        if (p->has_default) {
            text_format(out, " = ");
            put_value(out, p->elem, p->value);
        }
        text_format(out, "\n");
    }
    for (size_t i = 0; i < im->inputs_n; i++) {
        const struct image_input *in = &im->inputs[i];

        text_format(out, "input  ");
        put_type(im, out, true, in->elem, in->size);
        text_format(out, " %s from %s%s\n", in->name, in->from, in->domain == IMAGE_BITS ? ", as bits" : "");
    }
    for (size_t i = 0; i < im->outputs_n; i++) {
        const struct image_output *o = &im->outputs[i];

        text_format(out, "output ");
        put_type(im, out, false, o->elem, o->size);
        text_format(out, " %s to %s\n", o->name, o->to);
    }
}

static void list_manifest(const struct image *im, struct writer *out)
{
    for (size_t i = 0; i < im->reveals_n; i++) {
        const struct image_reveal *r = &im->reveals[i];

        text_format(out, "opens  ");
        put_type(im, out, false, r->elem, r->size);
        text_format(out, " %s to %s, line %u%s%s\n", r->what, r->to, r->line, r->in_loop ? ", in a loop" : "",
                    r->under_reveal ? ", depending on what was opened before" : "");
    }
}

static void put_operand(const struct image *im, struct writer *out, const struct image_insn *in, char kind,
                        uint32_t v)
{
    switch (kind) {
    case 'R':
        text_format(out, " r%u", v);
        break;
    case 'S':
        text_format(out, " ");
        put_type(im, out, false, im->regs[in->dst].elem, v);
        break;
    case 'K':
        text_format(out, " ");
        put_value(out, im->regs[in->dst].elem, im->consts[v]);
        break;
    case 'I':
        text_format(out, " %s", im->inputs[v].name);
        break;
    case 'O':
        text_format(out, " %s", im->outputs[v].name);
        break;
    case 'P':
        text_format(out, " %s", im->params[v].name);
        break;
    case 'V':
        text_format(out, " to %s", im->reveals[v].to);
        break;
    case 'T':
        text_format(out, " @%u", v);
        break;
    default:
        break;
    }
}

static void list_instruction(const struct image *im, struct writer *out, size_t at, unsigned indent)
{
    const struct image_insn *in = &im->code[at];
    const struct image_op_info *op = image_op_info(in->op);
    const uint32_t operand[3] = { in->a, in->b, in->c };
    size_t start = out->len, width;

    text_format(out, "%5zu  %*s", at, (int)(2 * indent), "");
    if (in->dst != IMAGE_NONE)
        text_format(out, "r%u = ", in->dst);
    text_format(out, "%s", op->name);
    for (int i = 0; i < 3; i++)
        put_operand(im, out, in, op->operand[i + 1], operand[i]);
    width = out->len - start;
    text_format(out, "%*s; ", width < 48 ? (int)(48 - width) : 1, "");
    if (in->dst != IMAGE_NONE) {
        const struct image_reg *r = &im->regs[in->dst];

        put_type(im, out, r->secret, r->elem, r->size);
        if (r->elem == IMAGE_ROW)
            text_format(out, " of %u planes", r->planes);
        text_format(out, ", ");
    }
    text_format(out, "line %u\n", in->line);
}

void image_disassemble(const struct image *im, struct writer *out)
{
    unsigned indent = 0;

    text_format(out, "image %s\n", im->name ? im->name : "");
    list_declarations(im, out);
    list_manifest(im, out);
    for (size_t at = 0; at < im->code_n; at++) {
        unsigned op = im->code[at].op;

        if ((op == IMAGE_ELSE || op == IMAGE_END) && indent)
            indent--;
        list_instruction(im, out, at, indent);
        if (op == IMAGE_FOR || op == IMAGE_IF || op == IMAGE_ELSE)
            indent++;
    }
}

void image_opcode_doc(struct writer *out)
{
    text_format(out,
                "| opcode | dst | a | b | c | kind | meaning |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for (unsigned i = 0; i < IMAGE_OPS; i++) {
        const struct image_op_info *op = image_op_info(i);

        text_format(out, "| `%s` | %c | %c | %c | %c | %c | ", op->name, op->operand[0], op->operand[1],
                    op->operand[2], op->operand[3], op->kind);
        for (const char *p = op->text; *p; p++)
            text_format(out, *p == '|' ? "\\%c" : "%c", *p);
        text_format(out, " |\n");
    }
}
