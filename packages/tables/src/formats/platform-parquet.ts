import { DataError } from '@gradus/core'

/** A file that hyparquet reads. */
export interface ParquetFile {
  readonly byteLength: number
  slice(start: number, end?: number): Promise<ArrayBuffer>
}

/** A column or a group of columns. */
export interface ParquetSchema {
  readonly element: {
    readonly name: string
    readonly converted_type?: string
    readonly logical_type?: { readonly type: string }
    readonly repetition_type?: string
  }
  readonly children: readonly ParquetSchema[]
}

interface ColumnMetadata {
  readonly path_in_schema: readonly string[]
  readonly codec: string
  readonly num_values: bigint
  readonly total_compressed_size: bigint
  readonly total_uncompressed_size: bigint
  readonly data_page_offset: bigint
  readonly dictionary_page_offset?: bigint
}

/** What a Parquet file says about itself. */
export interface ParquetMetadata {
  readonly num_rows: bigint
  readonly row_groups: readonly {
    readonly num_rows: bigint
    readonly columns: readonly { readonly file_path?: string; readonly meta_data?: ColumnMetadata }[]
  }[]
}

type Compressors = Readonly<Record<string, (input: Uint8Array, outputLength: number) => Uint8Array>>

interface ReadOptions {
  readonly file: ParquetFile
  readonly metadata: ParquetMetadata
  readonly columns: readonly string[]
  readonly rowStart: number
  readonly rowEnd: number
  readonly compressors: Compressors
  onChunk(chunk: {
    readonly columnName: string
    readonly columnData: ArrayLike<unknown>
    readonly rowStart: number
    readonly rowEnd: number
  }): void
}

/** The functions of the package hyparquet that are used. */
export interface Hyparquet {
  /** `geoparquet`: whether columns of geometry are marked; its walk of the columns does not end for damaged files. */
  parquetMetadataAsync(file: ParquetFile, options: { readonly geoparquet: boolean }): Promise<ParquetMetadata>
  parquetSchema(metadata: ParquetMetadata): ParquetSchema
  parquetRead(options: ReadOptions): Promise<void>
  snappyUncompress(input: Uint8Array, output: Uint8Array): void
}

let given: Hyparquet | undefined
let givenCompressors: Compressors | undefined

/**
 * Sets the package that reads Parquet files. Node finds it when it is installed; a page bundles it and passes it here, with the
 * `compressors` of hyparquet-compressors for files that are compressed by gzip, zstd or brotli.
 */
export function useParquet(hyparquet: object, compressors?: object): void {
  given = hyparquet as Hyparquet
  givenCompressors = compressors as Compressors | undefined
}

// the names are not literals, so that bundlers do not look for packages that may be missing
const packageName = () => ['hyp', 'arquet'].join('')

/** Loads hyparquet. Throws `DataError` with the line that installs it. */
export async function loadParquet(name: string): Promise<Hyparquet> {
  if (given) return given
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ packageName())) as Hyparquet
  } catch (cause) {
    throw new DataError(
      `${name} is a Parquet file, which the package hyparquet reads. Install it: npm install hyparquet${missingHint()}`,
      { cause },
    )
  }
}

/** Loads decompressors. Snappy is part of hyparquet. Throws `DataError` with the line that installs them. */
export async function loadCompressors(name: string, codec: string): Promise<Compressors> {
  if (givenCompressors) return givenCompressors
  try {
    const module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ `${packageName()}-compressors`)) as {
      compressors: Compressors
    }
    return module.compressors
  } catch (cause) {
    throw new DataError(
      `${name} is compressed by ${codec}, which the package hyparquet-compressors reads. Install it: npm install hyparquet-compressors${missingHint()}`,
      { cause },
    )
  }
}

function missingHint(): string {
  return typeof process === 'object' ? '' : ', and pass both to useParquet'
}
