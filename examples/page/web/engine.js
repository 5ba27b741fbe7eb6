// pmy, as the panels see it: a worker each, so that no one waits for another's.

// An error in pmy's words; of a text's word: its place in bytes, and length; and the field it is about, where C says.
export class PmyError extends Error {
    constructor(answer) {
        super(answer.error);
        [this.place, this.length] = answer.error_place ?? [0, 0];
        this.field = answer.field ?? null;
    }
}

const packed = (id) => document.getElementById(id).textContent;

const workerUrl = URL.createObjectURL(new Blob([packed("worker.js")], { type: "text/javascript" }));

export class Engine {
    #worker = null;
    #waiting = new Map(); // from an id to {resolve, reject, onSlice}
    #ids = 0;
    #newest = new Map(); // from a function's name to {next}: what is to be asked of it once it has answered

    #begin() {
        this.#worker = new Worker(workerUrl);
        this.#worker.onmessage = ({ data }) => this.#heard(data);
        this.#worker.onerror = ({ message }) => this.#rejectAll(new Error(message ?? "this browser runs no worker here"));
        this.#tell({ what: "begin", text: packed("module") }).catch(() => {}); // what is asked says so, too
    }

    #heard({ id, answer, broken, slice }) {
        const one = this.#waiting.get(id);
        const error = broken ? new Error(broken) : answer.error ? new PmyError(answer) : null;
        if (slice) {
            one?.onSlice(answer, error);
            if (error || answer.done) this.#waiting.delete(id);
            return;
        }
        if (!one?.onSlice || error) this.#waiting.delete(id);
        if (error) one?.reject(error);
        else one?.resolve(answer);
    }

    #tell(message, onSlice = null) {
        const id = ++this.#ids;
        return new Promise((resolve, reject) => {
            this.#waiting.set(id, { resolve, reject, onSlice });
            this.#worker.postMessage({ id, ...message });
        });
    }

    #ask(message, onSlice) {
        if (!this.#worker) this.#begin();
        return this.#tell(message, onSlice);
    }

    // What page_NAME of these values answers: an object with a member for each column. Rejects with a PmyError.
    call(name, ...values) {
        return this.#ask({ what: "call", name, values });
    }

    // The same where only the newest question counts, as while something is dragged: gives null to one that
    // was overtaken before it was asked.
    latest(name, ...values) {
        const asked = this.#newest.get(name);
        if (asked) {
            asked.next?.resolve(null);
            return new Promise((resolve, reject) => { asked.next = { values, resolve, reject }; });
        }
        const own = { next: null };
        this.#newest.set(name, own);
        return this.call(name, ...values).finally(() => {
            if (this.#newest.get(name) !== own) return; // all was broken off meanwhile
            this.#newest.delete(name);
            const { next } = own;
            if (next) this.latest(name, ...next.values).then(next.resolve, next.reject);
        });
    }

    // page_NAME with the page's bytes of that id, which are then C's to free.
    load(name, id) {
        return this.#ask({ what: "load", name, text: packed(id) });
    }

    // page_NAME of these values, then page_NAME_slice() again and again, until its answer has a `done` that is not
    // 0, or an error, or halt(): each answer goes to onSlice(answer, error).
    run(name, values, onSlice) {
        return this.#ask({ what: "run", name, values }, onSlice);
    }

    halt() {
        const slices = [...this.#waiting].filter(([, one]) => one.onSlice).map(([id]) => id);
        return this.#ask({ what: "halt" }).finally(() => slices.forEach((id) => this.#waiting.delete(id)));
    }

    // Breaks off whatever is computed, and forgets all; what is asked next begins anew.
    end() {
        this.#worker?.terminate();
        this.#worker = null;
        this.#rejectAll(new Error("ended"));
    }

    #rejectAll(error) {
        const waiting = [...this.#waiting.values(), ...[...this.#newest.values()].flatMap(({ next }) => next ?? [])];
        this.#waiting.clear();
        this.#newest.clear();
        waiting.forEach(({ reject }) => reject(error));
    }
}
