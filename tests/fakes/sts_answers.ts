/** Other credentials in every answer, which end an hour after the double's present unless the call asks for less or more. */
export const stsAnswers = {
  when: () => true,
  times: 10,
  answer: ({ body }: { body?: Uint8Array }) => {
    const form = new URLSearchParams(new TextDecoder().decode(body));
    const action = form.get("Action")!;
    const expires = new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + Number(form.get("DurationSeconds")) * 1000);
    const text = `<${action}Response><${action}Result><Credentials>` +
      `<AccessKeyId>ASIA${crypto.randomUUID().slice(0, 8).toUpperCase()}12345678</AccessKeyId>` +
      `<SecretAccessKey>${crypto.randomUUID()}</SecretAccessKey><SessionToken>${crypto.randomUUID()}</SessionToken>` +
      `<Expiration>${expires.toISOString()}</Expiration></Credentials></${action}Result></${action}Response>`;
    return { status: 200, headers: { "content-type": "text/xml" }, body: new TextEncoder().encode(text) };
  },
};
