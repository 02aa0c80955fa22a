import { Callback, type CallbackContext, type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { jsonNumbers } from './monitor.ts'
import { Sender, sendFields } from './platform-send.ts'

const fields = /* @__PURE__ */ joinFields(sendFields, {
  /** The address of the server. */
  root: { type: 'string', default: 'http://localhost:9000' },
  /** The path, added to `root`, to which the figures are sent. */
  path: { type: 'string', default: '/publish/epoch/end/' },
  /** The name of the form field that holds the figures, unless `sendAsJson` is set. */
  field: { type: 'string', default: 'data' },
  /** Whether the body is JSON; otherwise it is a form with one field, which holds the JSON. */
  sendAsJson: { type: 'boolean', default: false },
} as const)

/** Options of `RemoteMonitor`. */
export interface RemoteMonitorConfig extends ConfigOf<typeof fields> {}

/**
 * Sends the epoch, from 0, and its figures to a server as a POST request after every epoch, as in Keras. Training does not wait for
 * answers and never ends because of the server: a server that is down, slow or answers with an error leads to a warning, and
 * figures are dropped for 30 seconds. At the end, `fit` waits at most `timeout` seconds for the last requests. NaN and infinite
 * figures, which JSON does not have, are sent as text. Throws `ConfigError` for an address that is not HTTP. Keras: `RemoteMonitor`.
 *
 * @example
 * import { RemoteMonitor } from '@gradus/callbacks'
 * const monitor = new RemoteMonitor({ root: 'http://localhost:8080', sendAsJson: true })
 * monitor.options.path // => '/publish/epoch/end/'
 */
export class RemoteMonitor extends Callback<RemoteMonitorConfig> {
  static readonly type = 'RemoteMonitor'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private sender: Sender

  constructor(config: RemoteMonitorConfig = {}) {
    super(config)
    this.sender = this.newSender()
  }

  override onTrainBegin(): void {
    this.sender = this.newSender()
  }

  override onEpochEnd({ epoch, logs }: CallbackContext): void {
    const { path, field, sendAsJson } = this.options
    const json = JSON.stringify({ epoch, ...jsonNumbers(logs) })
    this.sender.send({
      path,
      body: () => (sendAsJson ? json : new URLSearchParams({ [field]: json }).toString()),
      contentType: sendAsJson ? 'application/json' : 'application/x-www-form-urlencoded',
    })
  }

  override async onTrainEnd(): Promise<void> {
    await this.sender.close()
  }

  private newSender(): Sender {
    return new Sender({ type: this.type, ...this.options })
  }
}
