import assert from "node:assert/strict";
import { secureRandom } from "../../src/host/system_clock.ts";
import { offerKey, plainTransport } from "../../src/vault/stores/secret_transport.ts";

const text = (value: string) => new TextEncoder().encode(value);

Deno.test("two sides that have exchanged public keys understand each other, and nobody else", async () => {
  for (let round = 0; round < 20; round++) {
    const [ours, theirs, foreign] = [offerKey(secureRandom), offerKey(secureRandom), offerKey(secureRandom)];
    assert.equal(ours.publicKey.length, 128);
    const us = await ours.accept(theirs.publicKey);
    const them = await theirs.accept(ours.publicKey);
    const other = await foreign.accept(ours.publicKey);
    if (us === "ambiguous") {
      assert.equal(them, "ambiguous");
      continue;
    }
    assert.ok(us !== null && them !== null && other !== null && them !== "ambiguous");
    const sealed = await us.seal(text("the payload"));
    assert.equal(sealed.parameters.length, 16);
    assert.notDeepEqual((await us.seal(text("the payload"))).value, sealed.value);
    assert.deepEqual(await them.open(sealed), text("the payload"));
    if (other !== "ambiguous") assert.notDeepEqual(await other.open(sealed), text("the payload"));
    assert.equal(await them.open({ parameters: sealed.parameters.subarray(1), value: sealed.value }), null);
    assert.equal(await them.open({ parameters: sealed.parameters, value: sealed.value.subarray(1) }), null);
  }
});

Deno.test("numbers that begin with a zero byte are not used: services differ in how they write them", async () => {
  // The same numbers in every run (xorshift, Marsaglia 2003), some of them such ones.
  let state = 7;
  const random = {
    bytes: (length: number) =>
      Uint8Array.from({ length }, () => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return state & 0xff;
      }),
  };
  const { publicKey } = offerKey(random);
  const offers = Array.from({ length: 600 }, () => offerKey(random));
  assert.ok(offers.every((offer) => offer.publicKey[0] !== 0));
  const accepted = await Promise.all(offers.map((offer) => offer.accept(publicKey)));
  assert.ok(accepted.includes("ambiguous"));
  assert.ok(!accepted.includes(null));
});

Deno.test("a public key that an honest side can't have is refused", async () => {
  const prime = Uint8Array.from(
    ("ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd" +
      "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed" +
      "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff").match(/../g)!,
    (pair) => parseInt(pair, 16),
  );
  const lessOne = prime.slice();
  lessOne[127]! -= 1;
  for (const key of [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(1), prime, lessOne]) {
    assert.equal(await offerKey(secureRandom).accept(key), null);
  }
});

Deno.test("a plain transport leaves secrets as they are", async () => {
  const sealed = await plainTransport.seal(text("x"));
  assert.deepEqual(sealed, { parameters: new Uint8Array(), value: text("x") });
  assert.deepEqual(await plainTransport.open(sealed), text("x"));
});
