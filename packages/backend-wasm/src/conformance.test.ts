import { testBackend } from '@gradus/testing'
import { describe } from 'vitest'
import { variants } from './testing/variants.ts'

describe.each(Object.entries(variants))('%s', (_, make) => testBackend(make()))
