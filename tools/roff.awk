# What makers of manual pages share: text as roff reads it, printed to `file`.

function escaped(text)
{
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/\047/, "\\(aq", text)
    gsub(/`/, "\\(ga", text)
    gsub(/\^/, "\\(ha", text)
    gsub(/~/, "\\(ti", text)
    return text
}

# In prose a hyphen between letters is one; elsewhere it is what one types.
function prose(text)
{
    text = escaped(text)
    while (match(text, /[a-zA-Z]\\-[a-zA-Z]/)) {
        text = substr(text, 1, RSTART) "-" substr(text, RSTART + 3)
    }
    return text
}

function emit(line)
{
    print line > file
}

# Prose in lines of at most 80 bytes; one that begins with a dot would be a request.
function emit_prose(text,    count, i, word_of, line)
{
    count = split(prose(text), word_of, " ")
    for (i = 1; i <= count; i++) {
        if (line != "" && length(line) + 1 + length(word_of[i]) > 78) {
            emit(line)
            line = ""
        }
        line = line (line == "" ? (word_of[i] ~ /^\./ ? "\\&" : "") : " ") word_of[i]
    }
    emit(line)
}

# A line that stands as it is, between .EX and .EE.
function emit_code(text)
{
    emit((text ~ /^\./ ? "\\&" : "") escaped(text))
}

function emit_title(page, section, date, version)
{
    emit(".TH " toupper(escaped(page)) " " section " " date " \"pmy " version "\" \"pmy\"")
}

# The first sentence of a text, as the NAME of a page has it.
function first_sentence(text)
{
    sub(/\n\n.*/, "", text)
    gsub(/\n/, " ", text)
    sub(/\. .*/, "", text)
    sub(/[.:,]$/, "", text)
    return tolower(substr(text, 1, 1)) substr(text, 2)
}
