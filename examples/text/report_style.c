#include "text/report_parts.h"

/* clang-format off */
const char report_style_sheet[] =
    ".samples{list-style:none;margin:0;padding:0}\n"
    ".samples .card{margin:0 0 12px;padding:14px 20px}\n"
    ".samples p{display:flex;flex-wrap:wrap;gap:2px 16px;margin:0 0 8px;font-weight:600}\n"
    ".samples small{display:inline;font-weight:400;align-self:center}\n"
    "pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}\n"
    "pre code{font-size:14px}\n"
    ".reading{line-height:2}\n.reading code{font-size:16px}\n"
    ".reading span{padding:3px 0;border-bottom:1px solid var(--line);background:rgba(217,95,14,var(--strength))}\n"
    ".reading i{font-style:normal;color:var(--soft);opacity:.5}\n"
    ".wide .pmy-plot{width:auto;max-width:100%}\n"
    ".tokens{margin:0}\n.tokens span{display:inline-block;margin:2px 3px 2px 0;padding:0 6px;border-radius:5px;"
    "background:var(--page)}\n";
/* clang-format on */
