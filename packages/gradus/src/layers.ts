export * from '@gradus/layers'
