import { joinBytes, type Logs } from '@gradus/core'
import { graphRecord, summaryRecord, versionRecord } from './event-file.ts'
import { type EventFiles, eventFileName } from './platform-files.ts'
import { scalarValue } from './summary-values.ts'

/** Writes one event file, which is created with the first event. */
export class EventWriter {
  private path: string | undefined

  constructor(
    private readonly folder: string,
    private readonly files: EventFiles,
  ) {}

  /** Writes numbers by tag; nothing if there are none. */
  writeScalars(step: number, figures: Logs): Promise<void> {
    return this.write(
      step,
      Object.entries(figures).map(([tag, value]) => scalarValue(tag, value)),
    )
  }

  /** Writes values of one step, each as one event; nothing if there are none. */
  async write(step: number, values: readonly Uint8Array[]): Promise<void> {
    if (values.length > 0) await this.add(joinBytes(values.map((value) => summaryRecord(step, [value]))))
  }

  /** Writes a graph, a message `GraphDef`. */
  async writeGraph(graph: Uint8Array): Promise<void> {
    await this.add(graphRecord(graph))
  }

  private async add(records: Uint8Array): Promise<void> {
    if (this.path !== undefined) return this.files.append(this.path, records)
    const path = `${this.folder}/${eventFileName()}`
    await this.files.write(path, joinBytes([versionRecord(), records]))
    this.path = path
  }
}
