import { ConfigError } from '@gradus/core'
import type { Model } from 'gradus'
import { checkTableSpec, TableCoder } from 'gradus/tables'
import { type OpenedModel, type OpenOptions, openModelOn } from '../model/open-model.ts'

/** A model that predicts rows. */
export interface TableModel {
  readonly opened: OpenedModel
  readonly model: Model
  readonly coder: TableCoder
}

/**
 * Opens a model with the columns that are saved with it, on a backend. Throws `ConfigError` for a model without columns, and as
 * `openModel` does.
 */
export async function openTableModel(
  source: string,
  options: OpenOptions & { readonly backend?: string | undefined },
): Promise<TableModel> {
  const opened = await openModelOn(options.backend, source, options)
  const { model } = opened
  if (model.table === undefined) {
    throw new ConfigError(
      `'${opened.shown}' was saved without the columns of its table, so it predicts arrays only: load it in a program and call model.predict(x). Models that gradus train saves have them.`,
    )
  }
  return { opened, model, coder: new TableCoder(checkTableSpec(model.table)) }
}
