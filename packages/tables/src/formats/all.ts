import { csv } from './csv.ts'
import type { TableFormat } from './format.ts'
import { idx } from './idx.ts'
import { images } from './images.ts'
import { json } from './json.ts'
import { jsonl } from './jsonl.ts'
import { npy } from './npy.ts'
import { npz } from './npz.ts'
import { parquet } from './parquet.ts'
import { text } from './text.ts'
import { texts } from './texts.ts'

/** The formats of tables, in the order in which the first bytes are compared. */
export const tableFormats: readonly TableFormat[] = [parquet, npy, npz, idx, jsonl, json, csv, text, images, texts]
