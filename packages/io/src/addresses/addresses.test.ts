import { ConfigError, DataError } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import { listFiles, openAddress, removeFile, schemeNameOf, writeAddress } from './index.ts'

describe('addresses', () => {
  it.each([
    ['https://example.org/a', 'https'],
    ['INDEXEDDB://a', 'indexeddb'],
    ['blob:https://example.org/1', 'blob'],
    ['data:,abc', 'data'],
    ['C:\\models\\a.keras', undefined],
    ['a/b:c', undefined],
  ])('%s has the scheme %s', (text, scheme) => expect(schemeNameOf(text)).toBe(scheme))

  it('of other kinds are refused with the known kinds', async () => {
    await expect(openAddress('s3://bucket/a')).rejects.toThrow(
      new DataError(
        "The file 's3://bucket/a' cannot be read: addresses begin with downloads, indexeddb, opfs, http, https, blob, data or file. Give one of them, or a path.",
      ),
    )
  })

  it('that can only be read or written say so', async () => {
    await expect(writeAddress('https://example.org/a', 'x')).rejects.toThrow(
      "The file 'https://example.org/a' cannot be written. Instead send the bytes of toBytes() with fetch.",
    )
    await expect(openAddress('downloads://a')).rejects.toThrow('Instead let people choose the file')
    await expect(listFiles('https://')).rejects.toThrow(ConfigError)
    await expect(removeFile('https://example.org/a')).rejects.toThrow('cannot be removed')
  })

  it.each(['indexeddb://a', 'opfs://a', 'downloads://a'])(
    '%s is refused where there is no browser',
    async (address) => {
      await expect(writeAddress(address, 'x')).rejects.toThrow(
        new RegExp(`'${address}' cannot be written: .*(no|only)`),
      )
    },
  )
})
