export * from '@gradus/tables'
