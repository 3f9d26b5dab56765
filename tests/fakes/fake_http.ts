/** A network by script: each request must match an entry, each entry must be used as often as it says. */
import type { AppError } from "../../src/errors.ts";
import type { HttpRequest, HttpResponse, HttpTransport } from "../../src/host/host.ts";

export interface ScriptedExchange {
  readonly when: (request: HttpRequest) => boolean;
  readonly answer: HttpResponse | AppError | ((request: HttpRequest) => HttpResponse | Promise<HttpResponse>);
  /** How many requests it answers; 1 unless given. */
  readonly times?: number;
}

export class FakeHttp implements HttpTransport {
  readonly requests: HttpRequest[] = [];
  readonly #script: { exchange: ScriptedExchange; left: number }[];

  constructor(script: readonly ScriptedExchange[]) {
    this.#script = script.map((exchange) => ({ exchange, left: exchange.times ?? 1 }));
  }

  /** How many scripted answers nobody asked for. */
  get unused(): number {
    return this.#script.reduce((sum, entry) => sum + entry.left, 0);
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    const entry = this.#script.find(({ exchange, left }) => left > 0 && exchange.when(request));
    if (entry === undefined) throw new Error(`unexpected request: ${request.method} ${request.url}`);
    entry.left--;
    const { answer } = entry.exchange;
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? await answer(request) : answer;
  }
}
