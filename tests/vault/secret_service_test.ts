/** Whose word counts when a Secret Service has asked, and sessions that are of no use: on a bus by script. */
import assert from "node:assert/strict";
import {
  type BusMessage,
  decodeMessage,
  encodeMessage,
  MESSAGE,
  messageLength,
} from "../../src/dbus/bus_message.ts";
import { type BusValue, Variant } from "../../src/dbus/bus_values.ts";
import type { LocalSocket } from "../../src/host/host.ts";
import { secureRandom, systemClock } from "../../src/host/system_clock.ts";
import { SecretService } from "../../src/vault/stores/secret_service.ts";
import { offerKey, plainTransport, type SecretTransport } from "../../src/vault/stores/secret_transport.ts";

const SERVICE = ":1.5", INTRUDER = ":1.9", PROMPT = "/prompt";
type Step = "reply" | readonly [sender: string, dismissed: boolean];

interface Script {
  /** What comes when the service is told to ask, as it wants before it unlocks. */
  readonly steps?: readonly Step[];
  /** In how many of the first sessions it sends what can't be decrypted. */
  readonly garbledSessions?: number;
  /** Told in which session a secret was written, or an item made. */
  readonly written?: (session: string) => void;
}

function busOf({ steps = [], garbledSessions = 0, written = () => {} }: Script): LocalSocket {
  const transports: SecretTransport[] = [];
  const unread: Uint8Array[] = [new TextEncoder().encode("DATA\r\nOK 0123456789abcdef\r\n")];
  let reader: ((bytes: Uint8Array | null) => void) | null = null;
  let sent = new Uint8Array(), serial = 0;

  function send(message: Partial<BusMessage> & Pick<BusMessage, "type">): void {
    const bytes = encodeMessage({ flags: 1, body: [], ...message, serial: ++serial });
    if (reader === null) unread.push(bytes);
    else reader(bytes);
    reader = null;
  }

  async function openSession(theirs: Uint8Array): Promise<[BusValue, BusValue]> {
    const offer = offerKey(secureRandom), transport = await offer.accept(theirs);
    // A client that finds the number ambiguous asks for another session, so it never uses this one.
    transports.push(transport === "ambiguous" || transport === null ? plainTransport : transport);
    return [new Variant("ay", offer.publicKey), `/session/${transports.length - 1}`];
  }

  async function getSecret(session: string): Promise<BusValue> {
    const number = Number(session.slice("/session/".length));
    const { parameters, value } = await transports[number]!.seal(new TextEncoder().encode("the secret"));
    return [session, parameters, number < garbledSessions ? value.subarray(1) : value, "text/plain"];
  }

  function answer({ serial: replySerial, member, body: asked }: BusMessage): void {
    const reply = (signature = "", ...body: BusValue[]) =>
      send({
        type: MESSAGE.reply,
        replySerial,
        sender: SERVICE,
        ...signature === "" ? {} : { signature },
        body,
      });
    if (member === "Hello") return reply("s", ":1.1");
    if (member === "Unlock") return reply("aoo", [], PROMPT);
    if (member === "OpenSession") {
      return void openSession((asked[1] as Variant).value as Uint8Array).then((body) => reply("vo", ...body));
    }
    if (member === "GetSecret") {
      return void getSecret(asked[0] as string).then((secret) => reply("(oayays)", secret));
    }
    if (member === "SetSecret") written((asked[0] as BusValue[])[0] as string);
    if (member === "CreateItem") {
      written((asked[1] as BusValue[])[0] as string);
      return reply("oo", "/item", "/");
    }
    if (member !== "Prompt") return reply();
    for (const step of steps) {
      if (step === "reply") reply();
      else {
        send({
          type: MESSAGE.signal,
          path: PROMPT,
          interface: "org.freedesktop.Secret.Prompt",
          member: "Completed",
          sender: step[0],
          signature: "bv",
          body: [step[1], new Variant("ao", [])],
        });
      }
    }
  }

  return {
    write(bytes) {
      sent = Uint8Array.from([...sent, ...bytes]);
      if (sent[0] === 0) sent = sent.slice(new TextDecoder().decode(sent).indexOf("BEGIN\r\n") + 7);
      for (let length; (length = messageLength(sent)) !== null && length <= sent.length;) {
        const message = decodeMessage(sent.subarray(0, length));
        sent = sent.slice(length);
        answer(message);
      }
      return Promise.resolve();
    },
    read: () => {
      const bytes = unread.shift();
      return bytes === undefined ? new Promise((resolve) => reader = resolve) : Promise.resolve(bytes);
    },
    close: () => reader?.(null),
  };
}

const rows: [name: string, steps: Step[], unlocked: boolean][] = [
  ["believes the service", ["reply", [SERVICE, false]], true],
  ["believes it also when it is quicker than its reply", [[SERVICE, false], "reply"], true],
  ["knows a dismissal", ["reply", [SERVICE, true]], false],
  ["ignores what others on the bus say before", [[INTRUDER, false], "reply", [SERVICE, true]], false],
  ["ignores what others on the bus say after", ["reply", [INTRUDER, true], [SERVICE, false]], true],
];

const open = (script: Script) =>
  SecretService.open({
    connectLocal: () => Promise.resolve(busOf(script)),
    sockets: ["/bus"],
    clock: systemClock,
    random: secureRandom,
    debug: () => {},
  });

for (
  const [garbledSessions, outcome] of [[0, "the secret"], [1, "the secret"], [99, "TransportError"]] as const
) {
  Deno.test(`SecretService reads a secret where ${garbledSessions} sessions are of no use`, async () => {
    const service = await open({ garbledSessions });
    const secret = await service.readSecret("/item").then(
      (bytes) => new TextDecoder().decode(bytes!),
      (failure) => failure.name,
    );
    service.close();
    assert.equal(secret, outcome);
  });
}

for (const manner of ["writeSecret", "createItem"] as const) {
  Deno.test(`SecretService.${manner} writes again in another session where the first one garbles`, async () => {
    const sessions: string[] = [];
    const service = await open({ garbledSessions: 1, written: (session) => sessions.push(session) });
    const secret = new TextEncoder().encode("new");
    if (manner === "writeSecret") await service.writeSecret("/item", secret, "text/plain");
    else {
      const item = { label: "x", attributes: new Map(), secret, contentType: "text/plain" };
      await service.createItem("/collection", item, "add");
    }
    service.close();
    assert.deepEqual(sessions, ["/session/0", "/session/1"]);
  });
}

for (const [name, steps, unlocked] of rows) {
  Deno.test(`SecretService, when it has asked, ${name}`, async () => {
    const service = await open({ steps });
    try {
      const unlocking = service.unlock("/item");
      if (unlocked) await unlocking;
      else await assert.rejects(unlocking, { name: "PromptError", reason: "dismissed" });
    } finally {
      service.close();
    }
  });
}
