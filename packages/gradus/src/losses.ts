export * from '@gradus/losses'
