// Runs pmy in a thread of its own, which may take its time. What it is told is in engine.js.
"use strict";

const KINDS = { number: 0, numbers: 1, reals: 2, bytes: 3, text: 4, texts: 5 }; // answer_kind in answer.h

let pmy; // the module's exports
let brokenBy = null; // what ended the module, whose memory then cannot be trusted
let running = null; // what goes on by slices: {id, name}

const utf8 = { out: new TextEncoder(), in: new TextDecoder() };

// What the C library asks of a system, of which a page has a clock and a place for what an assertion says.
const system = {
    clock_time_get(clock, precision, place) {
        new DataView(pmy.memory.buffer).setBigUint64(place, BigInt(Math.round(performance.now() * 1e6)), true);
        return 0;
    },
    fd_write(file, pieces, count, written) {
        const memory = new DataView(pmy.memory.buffer);
        let size = 0;
        for (let i = 0; i < count; i++) {
            const place = memory.getUint32(pieces + 8 * i, true), length = memory.getUint32(pieces + 8 * i + 4, true);
            console.error(utf8.in.decode(new Uint8Array(pmy.memory.buffer, place, length)));
            size += length;
        }
        memory.setUint32(written, size, true);
        return 0;
    },
    proc_exit(status) {
        throw new Error(`pmy ended with ${status}`);
    },
};
const NOT_THERE = 52; // ENOSYS of WASI
const imports = {
    wasi_snapshot_preview1: new Proxy(system, { get: (known, name) => known[name] ?? (() => NOT_THERE) }),
};

function textAt(place) {
    const bytes = new Uint8Array(pmy.memory.buffer, place);
    return utf8.in.decode(bytes.subarray(0, bytes.indexOf(0)));
}

function textsAt(place, count) {
    const texts = [];
    for (let i = 0; i < count; i++) {
        const bytes = new Uint8Array(pmy.memory.buffer, place), length = bytes.indexOf(0);
        texts.push(utf8.in.decode(bytes.subarray(0, length)));
        place += length + 1;
    }
    return texts;
}

function readAnswer() {
    const memory = new DataView(pmy.memory.buffer);
    const answer = {};
    const columns = pmy.answer_columns(), count = pmy.answer_column_count();
    for (let i = 0; i < count; i++) {
        const [name, values, size, kind] = [0, 4, 8, 12].map((at) => memory.getUint32(columns + 16 * i + at, true));
        const column = {
            [KINDS.number]: () => memory.getFloat64(values, true),
            [KINDS.numbers]: () => new Float64Array(pmy.memory.buffer, values, size).slice(),
            [KINDS.reals]: () => new Float32Array(pmy.memory.buffer, values, size).slice(),
            [KINDS.bytes]: () => new Uint8Array(pmy.memory.buffer, values, size).slice(),
            [KINDS.text]: () => textAt(values),
            [KINDS.texts]: () => textsAt(values, size),
        };
        answer[textAt(name)] = column[kind]();
    }
    return answer;
}

// Where the bytes of an array then are in pmy's memory.
function put(bytes) {
    const place = pmy.malloc(Math.max(bytes.byteLength, 1));
    if (!place) throw new Error("no memory");
    new Uint8Array(pmy.memory.buffer, place, bytes.byteLength).set(
        new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return place;
}

function enter(page, passed) {
    try {
        page(...passed);
    } catch (error) {
        brokenBy = `pmy broke down (${error.message}): only loading the page anew helps`;
        throw new Error(brokenBy);
    }
}

// Numbers go as they are; a text becomes the place of its bytes, an array its place and its length.
function call(name, values) {
    if (brokenBy) throw new Error(brokenBy);
    const taken = [];
    const lend = (bytes) => {
        taken.push(put(bytes));
        return taken.at(-1);
    };
    try {
        const passed = values.flatMap((value) =>
            typeof value === "string" ? [lend(utf8.out.encode(value + "\0"))]
            : ArrayBuffer.isView(value) ? [lend(value), value.length]
            : [Number(value)]);
        enter(pmy["page_" + name], passed);
        return readAnswer();
    } finally {
        if (!brokenBy) taken.forEach((place) => pmy.free(place));
    }
}

// Bytes from the characters of the page (tools/pack.c), unpacked.
async function unpack(text) {
    const bytes = new Uint8Array(Math.floor((text.length * 7) / 8));
    let bits = 0, count = 0, at = 0;
    for (let i = 0; i < text.length; i++) {
        bits = ((bits << 7) | (text.charCodeAt(i) & 127)) & 0x7fff;
        count += 7;
        if (count >= 8) bytes[at++] = bits >> (count -= 8);
    }
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

const told = {
    async begin({ text }) {
        try {
            const { instance } = await WebAssembly.instantiate(await unpack(text), imports);
            pmy = instance.exports;
            pmy._initialize();
        } catch (error) {
            brokenBy = `pmy cannot begin here: ${error.message}`;
        }
        return {};
    },
    call: ({ name, values }) => call(name, values),
    async load({ name, text }) {
        const bytes = await unpack(text);
        if (brokenBy) throw new Error(brokenBy);
        return call(name, [put(bytes), bytes.length]);
    },
    run({ id, name, values }) {
        const answer = call(name, values);
        if (!answer.error) {
            running = { id, name: name + "_slice" };
            setTimeout(slice);
        }
        return answer;
    },
    halt() {
        running = null;
        return {};
    },
};

// One slice, and again once what was told meanwhile is heard.
function slice() {
    const { id, name } = running ?? {};
    if (!running) return;
    try {
        const answer = call(name, []);
        if (answer.done || answer.error) running = null;
        postMessage({ id, answer, slice: true });
    } catch (error) {
        running = null;
        postMessage({ id, broken: error.message, slice: true });
    }
    if (running) channel.port2.postMessage(null);
}
const channel = new MessageChannel(); // which waits for no timer
channel.port1.onmessage = slice;

let before = Promise.resolve(); // one thing told after another
onmessage = ({ data }) => {
    before = before.then(async () => {
        try {
            postMessage({ id: data.id, answer: await told[data.what](data) });
        } catch (error) {
            postMessage({ id: data.id, broken: error.message });
        }
    });
};
