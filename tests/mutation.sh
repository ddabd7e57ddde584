#!/usr/bin/env bash
# mutation.sh [PATTERN] - break the code on purpose, once for each line of the table below, and see a test fail.
# mutation.sh --stale   - see only that each line still finds the place that it breaks: seconds.
#
# Works on a copy of the tree in a temporary directory. For each mutant: change a line or two, build the one test that is
# to catch it, run it, and require that it fails. PATTERN picks mutants by name. Exit 1 if one survives.
# The table in docs/testing/mutations.md is printed by: tests/mutation.sh --list
# shellcheck disable=SC2016 # the expressions are perl's
set -eu
cd "$(dirname "$0")/.."

PATTERN=${1:-}
LIST=
STALE=
[ "$PATTERN" != --list ] || { LIST=1; PATTERN=; }
[ "$PATTERN" != --stale ] || { STALE=1; PATTERN=; }
TREE=
survivors=0
count=0

prepare() {
    TREE=$(mktemp -d "${TMPDIR:-/tmp}/sotto-mutation.XXXXXX")
    trap 'rm -rf "$TREE"' EXIT
    tar cf - --exclude=./build --exclude=./.git . | tar xf - -C "$TREE"
    perl -pi -e 's/ -Werror//' "$TREE/CMakeLists.txt"
    cmake -S "$TREE" -B "$TREE/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG="-O1 -w" >"$TREE/log" ||
        { cat "$TREE/log"; exit 1; }
}

# run TEST: its exit status; a hang counts as a failure.
run() {
    ninja -C "$TREE/build" "$1" >"$TREE/log" 2>&1 || { cat "$TREE/log"; return 99; }
    (cd "$TREE" && timeout 300 "build/tests/$1" >log 2>&1) 2>/dev/null
}

# stale NAME (FILE PERL-EXPRESSION)...: counts those that change nothing.
stale() {
    local name=$1
    shift
    while [ $# -gt 0 ]; do
        if perl -0pe "$2" "$1" | cmp -s - "$1"; then
            printf 'NOT APPLIED  %s: %s\n' "$name" "$1"
            survivors=$((survivors + 1))
        fi
        shift 2
    done
    count=$((count + 1))
}

# mutant NAME TEST (FILE PERL-EXPRESSION)...
mutant() {
    local name=$1 test=$2 file status=0
    shift 2
    if [ -n "$LIST" ]; then
        printf '| %s | `%s` | `%s` |\n' "$name" "$1" "$test"
        return
    fi
    if [ -n "$STALE" ]; then
        stale "$name" "$@"
        return
    fi
    case $name in *"$PATTERN"*) ;; *) return ;; esac
    [ -n "$TREE" ] || prepare
    count=$((count + 1))
    local files=()
    while [ $# -gt 0 ]; do
        file=$1
        files+=("$file")
        cp -n "$file" "$TREE/$file.kept"
        perl -0pi -e "$2" "$TREE/$file"
        ! cmp -s "$TREE/$file" "$TREE/$file.kept" || {
            printf 'NOT APPLIED  %s: %s\n' "$name" "$file"
            status=98
        }
        shift 2
    done
    [ "$status" -ne 0 ] || run "$test" || status=$?
    for file in "${files[@]}"; do
        mv "$TREE/$file.kept" "$TREE/$file"
        touch "$TREE/$file"
    done
    case $status in
    0)
        printf 'SURVIVED     %s: %s passes\n' "$name" "$test"
        survivors=$((survivors + 1))
        ;;
    98) survivors=$((survivors + 1)) ;;
    99)
        printf 'NOT BUILT    %s\n' "$name"
        survivors=$((survivors + 1))
        ;;
    124) printf 'caught       %s: %s does not end\n' "$name" "$test" ;;
    *) printf 'caught       %s: %s\n' "$name" "$test" ;;
    esac
}

# --- digests ---
T=src/mpc/rep4/transfer.c
P=src/mpc/rep4/product.c
SKIP='s/if \(!crypto_equal\(want,/if (0 && !crypto_equal(want,/'
mutant "digests are not compared" test_fault_matrix $T "$SKIP"
mutant "digests are not compared (attack)" test_lagging_digest $T "$SKIP"
mutant "digests are not compared (views)" test_exact_simulation $T "$SKIP"
mutant "digests are not compared (escape rate)" test_digest_escape $T "$SKIP"
LATE_1='s/return strand_accuse\(/st->s->cheated = true; if (0) return strand_accuse(/'
LATE_2='s/TRY\(strand_post\(st, x\)\);/if (st->s->cheated) return strand_accuse(st, 15, "late"); TRY(strand_post(st, x));/'
mutant "digests are compared before the opening only (attack)" test_lagging_digest $T "$LATE_1" src/mpc/gadgets/reveal.c "$LATE_2"
mutant "digests are compared before the opening only (views)" test_exact_simulation $T "$LATE_1" src/mpc/gadgets/reveal.c "$LATE_2"
mutant "a digest covers half of its value" test_fault_matrix $T 's/t->value, f->len\);\n/t->value, f->len \/ 2);\n/g'
mutant "a digest covers half of a product's value" test_fault_matrix $P 's/plan->value\[i\], len\)/plan->value[i], len \/ 32 * 16)/; s/\(m, value \+ at, part\)/(m, value + at, part \/ 32 * 16)/'
mutant "a digest has a key that its value's sender knows" test_masks $T 's/strand_stream\(st, f->transfer\[i\].sender,/strand_stream(st, 6 - f->transfer[i].sender - f->transfer[i].digester - f->transfer[i].receiver,/'
mutant "all digests of a step have one stream" test_masks $T 's/MPC_USE_DIGEST \+ i/MPC_USE_DIGEST/'
mutant "8-bit digests where whole ones are asked for" test_digest_escape $T 's/if \(bits\)/if (!bits) bits = 8; if (bits)/'
mutant "a value is used whose check was forgotten" test_products $P 's/return rep4_digest_check\(st, f, i, m\);/return SOTTO_OK;/'
mutant "the receiver is accused instead of the sender" test_fault_matrix $T 's/st, 1u << t->sender \| 1u/st, 1u << t->receiver | 1u/'
mutant "the sender is not accused" test_fault_matrix $T 's/st, 1u << t->sender \| 1u << t->digester/st, 1u << t->digester/'

# --- masks ---
J=src/mpc/rep4/joint.c
mutant "one mask for all joint inputs of a step" test_masks $J 's/MPC_USE_MASK \+ i/MPC_USE_MASK/'
mutant "one mask for all values of a product" test_masks $P 's/MPC_USE_MASK \+ t/MPC_USE_MASK/'
mutant "no mask" test_masks $J 's/(p->wn \* j->rows\)\);)/$1 memset(mask, 0, p->flight.len);/'
mutant "no mask for a product" test_masks $P 's/(plan->mask\[i\],\s+len\)\);)/$1 memset(plan->mask[i], 0, len);/'
mutant "no mask for a product (views)" test_exact_simulation $P 's/(plan->mask\[i\],\s+len\)\);)/$1 memset(plan->mask[i], 0, len);/'
mutant "the same mask at every step" test_mask_cases $J 's/roles->receiver, st->step, MPC_USE_MASK/roles->receiver, 0, MPC_USE_MASK/'
mutant "the same mask for products at every step" test_masks $P 's/f->step, MPC_USE_MASK/0, MPC_USE_MASK/'
mutant "the same mask in every tile of a product" test_products src/mpc/session.c 's/\(first >> 8/(0 * first >> 8/'
mutant "half of a mask" test_masks $J 's/(p->wn \* j->rows\)\);)/$1 memset(mask, 0, p->flight.len \/ 2);/'
mutant "half of a product's mask" test_masks $P 's/(plan->mask\[i\],\s+len\)\);)/$1 memset(plan->mask[i], 0, len \/ 2);/'
mutant "an input has one mask instead of two" test_masks src/mpc/rep4/rep4.c 's/(MPC_USE_MASK \+ \(unsigned\)k, kernels, mask, rows \* words\)\);)/$1 if (k) memset(mask, 0, len);/'
mutant "streams do not depend on the instruction" test_masks src/mpc/session.c 's/put_u32\(iv, st->instr\);//'
mutant "streams do not depend on the tile" test_masks src/mpc/session.c 's/put_u16\(iv \+ 4, st->tile\);//'
mutant "the tail of a revealed vector stays" test_masks src/mpc/gadgets/reveal.c 's/shared_gather\(&exact, x, 0, 1, false\)/shared_copy(&exact, x)/'
mutant "the tail of a vector that becomes numbers stays" test_masks src/mpc/gadgets/convert.c 's/shared_clear_tail\(&rest\);//'

# --- products of bits ---
N=src/mpc/rep4/ands.c
mutant "digests of bits are not compared" test_fault_matrix $N 's/if \(!crypto_equal\(want,/if (0 && !crypto_equal(want,/'
mutant "digests of bits are not compared (attack)" test_lagging_digest $N 's/if \(!crypto_equal\(want,/if (0 && !crypto_equal(want,/'
mutant "the second half of a digest is left out" test_gadget_cases $N 's/is_sum\(v\) && i < sizeof got/0 \&\& i < sizeof got/'
mutant "halves of a digest are not padded" test_masks $N 's/if \(is_sum\(value\)\) \{/if (0) {/'
mutant "the pad comes from a key that the receiver holds" test_masks $N 's/duties\[value\].receiver\], p->step, MPC_USE_PAD/duties[value].sender], p->step, MPC_USE_PAD/'
mutant "a sum goes without its mask" test_mask_cases src/ring/vector.h 's/v0 \^ v1 \^ m1;/v0 ^ v1 ^ m1 ^ m0;/'
mutant "both sums have one mask" test_masks $N 's/MPC_USE_MASK \+ v, from/MPC_USE_MASK + v \/ 2, from/'
mutant "the second digester of a sum is not suspected" test_fault_cases $N 's/ \| 1u << a->at\[duty->second\];/;/'

# --- inputs and openings ---
R=src/mpc/rep4/rep4.c
mutant "an owner may hand out two inputs" test_fault_matrix $R 's/if \(compares && !crypto_equal/if (0 && compares && !crypto_equal/'
mutant "an owner is not accused" test_fault_matrix $R 's/st, 1u << owner \| 1u << other,/st, 1u << other,/'
mutant "openings do not wait for all parties' checks" test_abort src/mpc/gadgets/reveal.c 's/if \(st->s->protocol->active\)/if (0)/'
mutant "outputs stay after an error" test_fault_matrix src/vm/vm.c 's/result->outputs\[o\] = \(struct vm_output\)\{ 0 \};/;/'

# --- rep3a: products and what is opened ---
A=src/mpc/rep3a
X=test_exact_simulation_rep3a
mutant "rep3a: what is opened is not compared" test_rep3a_cheats $A/rep3a.c 's/if \(!crypto_equal\(want, o->got_mac/if (0 \&\& !crypto_equal(want, o->got_mac/'
mutant "rep3a: who digests an opening is not suspected" test_rep3a_cheats $A/rep3a.c 's/(strand_accuse\(st, 1u << next) \| 1u << before(,\s+"what party)/$1$2/'
mutant "rep3a: a digest covers half of what is opened" test_rep3a_cheats $A/rep3a.c 's/crypto_mac\(mac, key, value, len\);/crypto_mac(mac, key, value, len \/ 2);/'
mutant "rep3a: an input has no mask" test_masks $A/rep3a.c 's/(MPC_USE_MASK, k, mask, len \/ k->word_len\)\);)/$1 memset(mask, 0, len);/'
mutant "rep3a: an input has no mask (views)" $X $A/rep3a.c 's/(MPC_USE_MASK, k, mask, len \/ k->word_len\)\);)/$1 memset(mask, 0, len);/'
BARE='s/(w\.second, len \/ k->word_len\)\);)/$1 memset(w.first, 0, len); memset(w.second, 0, len);/'
mutant "rep3a: a product has no mask" test_masks $A/products.c "$BARE"
mutant "rep3a: a product has no mask (views)" $X $A/products.c "$BARE"
mutant "rep3a: the same mask for products at every step" test_masks $A/products.c 's/st->step, MPC_USE_MASK/0, MPC_USE_MASK/g'

# --- rep3a: proofs ---
mutant "rep3a: what is proven is not compared" test_rep3a_cheats $A/inner.c 's/if \(!crypto_equal\(product,/if (0 \&\& !crypto_equal(product,/'
mutant "rep3a: the other verifier is not suspected" test_rep3a_cheats $A/inner.c 's/strand_accuse\(st, 1u << next \| 1u << before,/strand_accuse(st, 1u << next,/'
mutant "rep3a: a challenge need not be what was promised" $X $A/proof.c 's/if \(!crypto_equal\(hash, p->promised/if (0 \&\& !crypto_equal(hash, p->promised/'
mutant "rep3a: who opens a coin is not suspected" test_rep3a_cheats $A/proof.c 's/strand_accuse\(st, 1u << next \| 1u << before, "a challenge/strand_accuse(st, 1u << next, "a challenge/'
mutant "rep3a: a prover knows the challenge" test_masks $A/proof.c 's/for \(int a = 0; a < REP3A_PARTIES; a\+\+\)(\s+crypto_hash_part\(&h, coin)/for (int a = 0; a < 2; a++)$1/'
mutant "rep3a: one coin for all challenges" test_masks $A/proof.c 's/p->own\[([01])\] \+ p->used \* REP3A_COIN_LEN/p->own[$1]/g; s/promise_of\(p->own\[1\] \+ i \* REP3A_COIN_LEN/promise_of(p->own[1]/; s/p->promised \+ p->used \* CRYPTO_HASH_LEN/p->promised/'
mutant "rep3a: a challenge comes before what it binds" test_masks $A/inner.c 's/    TRY\(rep3a_challenge\(p\)\);\n//; s/(    TRY\(rep3a_commit\()/    TRY(rep3a_challenge(p));\n$1/'
mutant "rep3a: a commitment has no mask" test_masks $A/proof.c 's/(f->draw\(f, z, stream, n\);)(\n    return SOTTO_OK;)/$1 memset(z, 0, n * f->len);$2/'
mutant "rep3a: a commitment has no mask (views)" $X $A/proof.c 's/(f->draw\(f, z, stream, n\);)(\n    return SOTTO_OK;)/$1 memset(z, 0, n * f->len);$2/'
mutant "rep3a: the same mask for all commitments" test_masks $A/proof.c 's/p->st->step, REP3A_USE_MASK/0, REP3A_USE_MASK/'
mutant "rep3a: a quotient has half of a mask" test_masks $A/ring.c 's/(memcpy\(z\[s\], stream \+ s \* len, len)\)/$1 \/ 2)/'
mutant "rep3a: nothing is blind" test_masks $A/inner.c 's/(f->draw\(f, blind, stream, 2\);)/$1 memset(blind, 0, sizeof blind);/'
mutant "rep3a: nothing is blind (views)" $X $A/inner.c 's/(f->draw\(f, blind, stream, 2\);)/$1 memset(blind, 0, sizeof blind);/'
mutant "rep3a: one value of two is blind (views)" $X $A/inner.c 's/(f->draw\(f, blind, stream, 2\);)/$1 memset(blind + f->len, 0, f->len);/'
mutant "rep3a: a quotient of any size is taken" test_rep3a_cheats $A/ring.c 's/if \(!in_range\(v, v->a\[s\]\)\)/if (0)/'
mutant "rep3a: all results are in the same subsets" test_rep3a_cheats $A/ring.c 's/(TRY\(rep3a_challenge_read\(&v->proof, v->subsets, v->results \* sizeof \*v->subsets\)\);)/$1 for (size_t i = 1; i < v->results; i++) v->subsets[i] = v->subsets[0];/'
mutant "rep3a: groups of bits have one weight" test_rep3a_cheats $A/bits.c 's/(return rep3a_challenge_elements\(&v->proof, &v->f, )(v->r), v->groups\);/for (size_t i = 0; i < v->groups; i++) v->r[i] = 5; return SOTTO_OK;/'
mutant "rep3a: words of a group have one weight" test_rep3a_cheats $A/bits.c 's/v->s\[0\] = 1;/for (int i = 0; i < REP3A_GROUP; i++) v->s[i] = 1;/'
mutant "rep3a: elements of a field have one weight" test_rep3a_cheats $A/prime.c 's/(TRY\(rep3a_challenge_elements\(&v->proof, f, weight, b->n\)\);)/$1 for (size_t i = 1; i < b->n; i++) memcpy(weight + i * f->len, weight, f->len);/'

# --- rep3a: what is proven, and when ---
mutant "rep3a: an opening does not wait for earlier products" test_abort $A/batch.c 's/return job->instr < st->instr \|\| /return /'
mutant "rep3a: an opening does not wait" test_abort $A/batch.c 's/all = job->done \|\| !concerns\(st, job\);/all = true;/'
mutant "rep3a: products of instructions are forgotten" test_fault_matrix $A/batch.c 's/merge\(&state->row, &p->log->batch\);/;/'
mutant "rep3a: products of tiles are forgotten" test_rep3a_cheats $A/batch.c 's/merge\(&parent->batch, &tile->batch\);/;/'
mutant "rep3a: moves are not proven" test_rep3a_cheats $A/moves.c 's/keep_block\(&m, b, st->s->self\);/;/'

# --- lanes ---
L=src/mpc/lanes.c
mutant "lanes: none but the first has keys" test_lanes $L 's/err = crypto_stream_init\(&other->key\[key\], bytes\);/;/'
mutant "lanes: keys of the others outlive the session" test_lanes $L 's/    lanes_look\(s\);\n    pthread_mutex_lock/    pthread_mutex_lock/; s/(void lanes_look.*?\{\n)/$1    if (s->lane) return;\n/s'
mutant "lanes: a round does not wait for a tile elsewhere" test_lanes $L 's/if \(t->depth > parent->depth\)\s+parent->depth = t->depth;/;/'
mutant "lanes: bytes of the others do not count" test_lanes $L 's/g->lane\[s->lane\]\.bytes_sent = sent_by\(s\);/;/'
mutant "lanes: tiles of an instruction repeat their numbers" test_lanes $L 's/\.number = \(uint16_t\)\(first \+ i \+ 1\)/.number = (uint16_t)(i + 1)/'

# --- keys ---
K=src/mpc/keys.c
mutant "bindings are not compared" test_keys $K 's/TRY\(check_bindings\(st, k\)\);/if (0) TRY(check_bindings(st, k));/'
mutant "commitments are not checked" test_keys $K 's/TRY\(check_reveals\(st, k\)\);/if (0) TRY(check_reveals(st, k));/'
mutant "keys are not confirmed" test_keys $K 's/TRY\(check_confirmations\(st, k\)\);/if (0) TRY(check_confirmations(st, k));/'
mutant "a wrong confirmation accuses its sender alone" test_keys $K 's/holders\(st, a\) & ~\(1u << st->s->self\)/1u << p/'
mutant "other bindings accuse their sender alone" test_keys $K 's/(strand_accuse\(\s*st, )others,/${1}1u << p | (others & 0),/'
mutant "row counts are not bound" test_keys src/vm/agree.c 's/crypto_hash_part\(&hash, rows.bytes,[^;]*;//'
mutant "the random part of the hello is not bound" test_keys src/vm/agree.c 's/crypto_hash_part\(&hash, h->theirs,[^;]*;//'
mutant "all keys are one" test_keys $K 's/label = \(uint8_t\)a;/label = 0;/; s/(crypto_hash_part\(&h, p == st->s->self \? k->own\[a\])/if (0) $1/'

# --- the end of a session ---
S=src/mpc/session.c
mutant "keys outlive the session" test_abort $S 's/(lanes_fail\(s\);[^\n]*\n)\s*wipe_keys\(s\);/$1/'
mutant "peers are not told" test_abort $S 's/net_abort\(s->ch, &s->fault\);/;/'
mutant "a dead channel still sends" test_abort src/net/net.c 's/if \(ch->fault.code\)\n        return ch->fault.code;\n(    assert\(to)/$1/'
mutant "abort is told twice" test_fault_matrix src/net/net.c 's/if \(ch->closed\)\n        return;//' $S 's/net_abort\(s->ch, &s->fault\);/net_abort(s->ch, why); net_abort(s->ch, why);/'
mutant "a report at second hand hides its source" test_abort src/net/abort.c 's/ch->fault.suspects \|= 1u << accuser;/;/'

# --- bounds ---
mutant "a peer can foresee the inbox's buckets" test_net_inbox src/net/inbox.c 's/crypto_random\(&ch->inbox->multiplier, sizeof ch->inbox->multiplier\);/ch->inbox->multiplier = 0x9e3779b97f4a7c15u;/'
mutant "what keys are made of stays in memory" test_keys src/mpc/keys.c 's/    mem_wipe\(k, sizeof \*k\);//'
mutant "strands have no part in the memory limit" test_programs src/mpc/session.c 's/st->scratch.budget = st->wire.budget = s->budget;/;/'

# --- tables ---
D=src/mpc/gadgets
mutant "a shuffle leaves out a pass" test_data_shuffle $D/data_shuffle.c 's/if \(m->back && order\)/if (k == 1) continue; if (m->back && order)/'
mutant "an order is not uniform" test_data_shuffle $D/data_shuffle.c 's/choice\(r \+ i \* DRAW_LEN, \(uint32_t\)\*down\)/choice(r + i * DRAW_LEN, (uint32_t)*down - (*down > 1))/'
mutant "a sort compares rows that were not shuffled" test_data_shuffle $D/data_sort.c 's/TRY\(data_rows_shuffle\(st, &s->shuffle, &s->rows, false\)\);/s->shuffle.n += 0;/'
mutant "a sort lets equal keys be seen" test_data_shuffle $D/data_sort.c 's/data_index\(&index\);/;/'
mutant "what is no permutation is taken as one" test_gadget_cases $D/data_shuffle.c 's/value\[i\] >= n \|\| seen\[value\[i\]\]/value[i] >= n/'
mutant "repeated keys of a match go unnoticed" test_gadget_cases $D/data_match.c 's/if \(!fine\)/if (0)/'
mutant "a join loses pairs silently" test_gadget_cases $D/data_join.c 's/if \(is_over\)/if (0)/'
mutant "dummies have a group" test_gadget_cases $D/data_group.c 's/key = masked;/;/'
mutant "rows are taken where an image has none" test_image_verify src/image/types.c 's/TRY\(check_rows\(c, &o\)\);//'
# --- vectors, fields ---
mutant "all pairs of summands have one sign" test_gadget_cases src/mpc/rep4/bilinear.c 's/\? -1 : 1/? 1 : 1/'
mutant "an owner's word may be above the prime" test_field_input $R 's/if \(kernels->wide && kernels->wide->canonical\)/if (0)/'
mutant "planes above the index are not looked at" test_gadget_cases src/mpc/gadgets/linear_lookup.c 's/more \? index->bits : from \+ q/from + q/'
mutant "0 has an inverse" test_gadget_cases src/mpc/gadgets/field.c 's/if \(zero\)/if (0)/'
mutant "a mask of a field favours some words" test_ring_field src/ring/field61.c 's/\(u128\)part\[1\] \* 8/0/'

# --- results ---
mutant "the highest index wins a tie" test_auction src/mpc/gadgets/extreme.c 's/\? t : s\]/? s_ : t]/; s/\? s : t\]/? t : s]/; s/\? s_ : t\]/? s : t]/; s/if \(!earlier\)/if (earlier)/'
mutant "a sign is ignored" test_gadgets src/mpc/gadgets/compare.c 's/is_signed && i == x->bits - 1/false/'
mutant "duties do not turn" test_costs src/mpc/rep4/rep4.h 's/return st->instr \+ st->tile \+ st->step;/return 0 * st->step;/'

[ -z "$LIST" ] || exit 0
printf '%d mutants, %d survived\n' "$count" "$survivors"
[ "$survivors" -eq 0 ]
