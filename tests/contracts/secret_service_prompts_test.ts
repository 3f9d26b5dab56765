/** The prompts of a real gnome-keyring, on a screen that nobody sees: answered, dismissed, left alone, and lost. */
import assert from "node:assert/strict";
import { systemClock } from "../../src/host/system_clock.ts";
import { StoreError } from "../../src/vault/secret_store.ts";
import { PROMPT_TIMEOUT_MS } from "../../src/vault/stores/secret_service.ts";
import { PASSWORD, type PrivateBus, startPrivateBus } from "./private_bus.ts";
import { type PrivateScreen, startPrivateScreen } from "./private_screen.ts";
import { secretServiceStoreOn } from "./secret_service_store_on.ts";
import { item } from "./secret_store_contract.ts";

const UNLOCK = "^Unlock Login Keyring$";
/** The prompt for a new keyring has no name, unlike its program. */
const MAKE = "^gcr-prompter$";
const retyped = (text: string) => [["key", "ctrl+a"], ["type", "--delay", "20", text]];

/** Once the window is there, does the steps until the work ends: it shows before it takes keys. */
async function answer(
  screen: PrivateScreen,
  window: string,
  work: Promise<unknown>,
  ...steps: readonly (readonly string[])[]
): Promise<void> {
  let ended = false;
  const end = work.then(() => {}, () => {}).then(() => void (ended = true));
  await screen.press(window);
  while (!ended) {
    await screen.press("", ...steps);
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 3000))]);
  }
}

async function onScreen(body: (bus: PrivateBus, screen: PrivateScreen) => Promise<void>): Promise<void> {
  await using screen = await startPrivateScreen();
  const bus = await startPrivateBus({ display: screen.display });
  try {
    await body(bus, screen);
  } finally {
    await bus.stop();
  }
}

function isLocked(message: RegExp) {
  return (failure: unknown) => {
    assert.ok(failure instanceof StoreError, String(failure));
    assert.equal(failure.outcome, "locked");
    assert.match(failure.message, message);
    return true;
  };
}

Deno.test("SecretServiceStore goes on once the prompt is answered, and is locked when it is dismissed or left alone", () =>
  onScreen(async (bus, screen) => {
    await bus.startKeyring();
    const store = secretServiceStoreOn(bus.address);
    await store.write(item("work", "payload"));

    await bus.lock();
    let ended = assert.rejects(
      store.read("work"),
      isLocked(/^the Secret Service is locked, and its prompt was dismissed/),
    );
    await answer(screen, UNLOCK, ended, ["key", "Escape"]);
    await ended;

    const clock = {
      sleep: (ms: number, signal?: AbortSignal) =>
        systemClock.sleep(ms === PROMPT_TIMEOUT_MS ? 2000 : ms, signal),
    };
    const impatient = secretServiceStoreOn(bus.address, { clock });
    await assert.rejects(impatient.read("work"), isLocked(/nobody answered its prompt within 60 s$/));

    // That one's prompt has gone: this is a new one.
    const reading = store.read("work");
    await answer(screen, UNLOCK, reading, ...retyped(PASSWORD), ["key", "Return"]);
    assert.equal((await reading)?.reveal(), "payload");

    await bus.lock();
    ended = assert.rejects(store.read("work"), (failure) => {
      assert.ok(failure instanceof StoreError && failure.outcome === "unavailable", String(failure));
      return true;
    });
    await screen.press(UNLOCK);
    await bus.signalKeyring("SIGKILL");
    await ended;
  }));

Deno.test("SecretServiceStore has a user without any keyring make one, and keeps the item in it", () =>
  onScreen(async (bus, screen) => {
    const store = secretServiceStoreOn(bus.address);
    const password = retyped("new password");
    const keys = [...password, ["key", "Tab"], ...password, ["key", "Return"]];
    // Keys may come before the window takes them; a prompt that they have not answered is dismissed, and there is another.
    for (let made = false, tries = 0; !made; tries++) {
      assert.ok(tries < 4, "the prompt took no password");
      const writing = store.write(item("work", "payload")).then(() => true, () => false);
      await screen.press(MAKE, ["sleep", "1"], ...keys);
      const soon = new Promise<null>((resolve) => setTimeout(() => resolve(null), 3000));
      if (await Promise.race([writing, soon]) === null) {
        await answer(screen, MAKE, writing, ["key", "Escape"]);
      }
      made = await writing;
    }
    assert.equal((await store.read("work"))?.reveal(), "payload");
    assert.deepEqual(await store.list(), ["work"]);
  }));
