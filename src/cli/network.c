/* network.c - `sotto network init`: keys and configuration for a network of real parties. */
#include "cli/commands.h"
#include "net/net.h"

static const struct cli_option options[] = {
    { "parties", "NUMBER", "how many (default 4: what rep4 needs; rep3a and rep3 need 3)", "4 3", false },
    { "host", "HOST", "where a party runs; give it once for each, in order (default: all on 127.0.0.1)", NULL,
      true },
    { "port", "NUMBER", "the first port; parties of one host get consecutive ones (default 7100)", NULL,
      false },
    { "json", NULL, "print one JSON object in case of an error", NULL, false },
    { 0 },
};

const struct cli_usage network_usage = {
    .synopsis = "DIR [options]",
    .options = options,
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .text = "Writes DIR/network.yaml, signed by all, and a folder DIR/partyN for each party with its node.yaml "
            "and\n"
            "its secret party.key. This makes all keys in one place, which is fine for trials; for real use "
            "let every\n"
            "organisation make its own key. Nothing that exists is overwritten.\n"
            "\n"
            "Examples:\n"
            "  sotto network init mynet\n"
            "  sotto network init mynet --host a.example --host b.example \\\n"
            "                           --host c.example --host d.example\n"
            "  scp -r mynet/party0 a.example:       # and so on, then on each host:\n"
            "  sotto party --config party0/node.yaml auction.sotto --input bid=mine.csv\n",
};

enum sotto_err cmd_network_init(struct cli *cli)
{
    const char *hosts[SOTTO_PARTIES_MAX];
    uint64_t parties = SOTTO_PARTIES_MAX, port = NET_PORT_DEFAULT;
    const char *dir = cli->operands[0];
    struct writer out = { 0 };
    size_t hosts_n = 0;

    TRY(options_uint(cli, "parties", NET_PARTIES_MIN, SOTTO_PARTIES_MAX, &parties));
    TRY(options_uint(cli, "port", 1, 65535 - SOTTO_PARTIES_MAX, &port));
    for (size_t i = 0; i < cli->given_n; i++) {
        if (strcmp(cli->given[i].option->name, "host") != 0)
            continue;
        if (hosts_n == parties)
            return fault_set(&cli->fault, SOTTO_ERR_USAGE, "more hosts than the %d parties", (int)parties);
        hosts[hosts_n++] = cli->given[i].value;
    }
    if (hosts_n && hosts_n < parties)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "%zu hosts for %d parties; give --host once for each",
                         hosts_n, (int)parties);
    TRY(net_network_init(dir, (int)parties, hosts_n ? hosts : NULL, (uint16_t)port, &cli->fault));
    text_format(&out, "wrote %s/network.yaml and, for each party, its folder with a secret key:\n", dir);
    for (int p = 0; p < (int)parties; p++)
        text_format(&out, "  %s/party%d\n", dir, p);
    text_format(&out, "\nEach party then runs:\n  sotto party --config %s/partyN/node.yaml PROGRAM%s\n", dir,
                parties == 3 ? " --protocol rep3" : "");
    text_format(&out, "They wait 10 seconds for each other; --timeout 300 gives time to start them by hand.\n");
    return cli_print(cli, &out);
}
