#include "common/preset.h"

#include <string.h>

static const preset *named(const preset_table *table, const char *net)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(net, table->presets[i].name) == 0)
            return &table->presets[i];
    return NULL;
}

const preset *preset_for(const preset_table *table, const char *net)
{
    const preset *found = named(table, net);
    return found ? found : &table->presets[0];
}

const char *preset_value(const preset *p, const char *option)
{
    for (size_t i = 0; p->options[i]; i += 2)
        if (strcmp(p->options[i], option) == 0)
            return p->options[i + 1];
    return NULL;
}

const char *preset_net(const preset_table *table, const char *net)
{
    const preset *found = named(table, net);
    return found ? found->net : net;
}
