import {
  Callback,
  type CallbackContext,
  type ConfigOf,
  DataError,
  joinFields,
  type Kind,
  type OptionsOf,
} from '@gradus/core'
import { toJsonNumber } from './monitor.ts'
import { Sender, sendFields } from './platform-send.ts'

/** Texts by name, which may be given as numbers and booleans. */
type Entries = Readonly<Record<string, string | number | boolean>>

const fields = /* @__PURE__ */ joinFields(sendFields, {
  /** The address of the tracking server. */
  trackingUri: { type: 'string', default: 'http://localhost:5000' },
  /** The experiment of the run (default: that of MLflow, whose identifier is 0). It is created if it does not exist. */
  experimentName: 'string',
  /** The name of the run (default: the server chooses one). */
  runName: 'string',
  /** The identifier of an existing run to continue. */
  runId: 'string',
  /** Tags of the run. */
  tags: { type: 'unknown' as Kind<Entries> },
  /** Parameters of the run, such as hyperparameters, which are logged beside the number of epochs. */
  params: { type: 'unknown' as Kind<Entries> },
} as const)

/** Options of `MLflow`. */
export interface MLflowConfig extends ConfigOf<typeof fields> {}

interface Metric {
  readonly key: string
  readonly value: number | string | null
  readonly timestamp: number
  readonly step: number
}

const api = '/api/2.0/mlflow/'
/** The most metrics in one request, as MLflow's REST API defines it. */
const mostMetrics = 1000
/** The most metrics that wait for a server that does not answer. */
const mostWaiting = 100_000

/**
 * Logs the figures of every epoch to an MLflow tracking server as metrics of a run, through MLflow's REST API 2.0. The run gets
 * the number of epochs and `params` as parameters, and is marked as finished when training ends; after an error it stays open. As
 * with `RemoteMonitor`, the server never ends or delays training; figures that could not be sent are sent with later ones. Throws
 * `ConfigError` for an address that is not HTTP. Keras has no such callback.
 *
 * @example
 * import { MLflow } from '@gradus/callbacks'
 * const mlflow = new MLflow({ experimentName: 'digits', params: { units: 64 } })
 * mlflow.options.trackingUri // => 'http://localhost:5000'
 */
export class MLflow extends Callback<MLflowConfig> {
  static readonly type = 'MLflow'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  /** The identifier of the run; undefined before the server has created it. */
  runId: string | undefined
  private experimentId: string | undefined
  private waiting: Metric[] = []
  private sender: Sender

  constructor(config: MLflowConfig = {}) {
    super(config)
    this.sender = this.newSender()
  }

  override onTrainBegin({ params }: CallbackContext): void {
    this.sender = this.newSender()
    this.waiting = []
    this.runId = this.options.runId
    this.experimentId = this.options.experimentName === undefined ? '0' : undefined
    this.createRun()
    for (const { key, value } of entriesOf({ epochs: params.epochs, ...this.options.params })) {
      this.post('runs/log-parameter', () => this.runId && { run_id: this.runId, key, value })
    }
  }

  override onEpochEnd({ epoch, logs }: CallbackContext): void {
    const timestamp = Date.now()
    for (const [key, value] of Object.entries(logs)) {
      this.waiting.push({ key, value: toJsonNumber(value), timestamp, step: epoch })
    }
    this.waiting.splice(0, this.waiting.length - mostWaiting)
    this.flush()
  }

  override async onTrainEnd(): Promise<void> {
    this.sender.retry()
    this.flush()
    this.post('runs/update', () => this.runId && { run_id: this.runId, status: 'FINISHED', end_time: Date.now() })
    await this.sender.close()
  }

  /** Creates experiment and run, as far as they do not exist. */
  private createRun(): void {
    if (this.runId !== undefined) return
    const { experimentName: name, runName, tags } = this.options
    if (name !== undefined) {
      this.sender.send({
        method: 'GET',
        path: `${api}experiments/get-by-name`,
        body: () =>
          this.experimentId === undefined ? new URLSearchParams({ experiment_name: name }).toString() : undefined,
        contentType: 'application/json',
        answered: (text) => {
          const { experiment } = JSON.parse(text) as { readonly experiment?: { readonly experiment_id?: string } }
          this.experimentId = experiment?.experiment_id
        },
      })
      this.post(
        'experiments/create',
        () => this.experimentId === undefined && { name },
        ({ experiment_id }) => {
          this.experimentId = idIn(experiment_id)
        },
      )
    }
    this.post(
      'runs/create',
      () =>
        this.runId === undefined &&
        this.experimentId !== undefined && {
          experiment_id: this.experimentId,
          start_time: Date.now(),
          ...(runName !== undefined && { run_name: runName }),
          ...(tags && { tags: entriesOf(tags) }),
        },
      ({ run }) => {
        this.runId = idIn((run as { readonly info?: { readonly run_id?: unknown } } | undefined)?.info?.run_id)
      },
    )
  }

  /** Sends the metrics that wait. They are kept until the server has answered. */
  private flush(): void {
    this.createRun()
    for (let sent = 0; sent < this.waiting.length; sent += mostMetrics) {
      let count = 0
      this.post(
        'runs/log-batch',
        () => {
          const metrics = this.waiting.slice(0, mostMetrics)
          count = metrics.length
          return this.runId !== undefined && count > 0 && { run_id: this.runId, metrics }
        },
        () => void this.waiting.splice(0, count),
      )
    }
  }

  private post(
    name: string,
    body: () => object | false | '' | undefined,
    answered?: (answer: Readonly<Record<string, unknown>>) => void,
  ): void {
    this.sender.send({
      path: `${api}${name}`,
      body: () => {
        const data = body()
        return data ? JSON.stringify(data) : undefined
      },
      contentType: 'application/json',
      ...(answered && { answered: (text: string) => answered(JSON.parse(text) as Readonly<Record<string, unknown>>) }),
    })
  }

  private newSender(): Sender {
    return new Sender({ type: this.type, root: this.options.trackingUri.replace(/\/+$/, ''), ...this.options })
  }
}

function entriesOf(entries: Entries): { readonly key: string; readonly value: string }[] {
  return Object.entries(entries).map(([key, value]) => ({ key, value: String(value) }))
}

/** Returns an identifier in an answer. Throws `DataError` for other values. */
function idIn(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new DataError('it answered without an identifier, so it may be no MLflow server')
}
