// Reads cases, one JSON object {expr, context} a line, and writes what npm jexl
// makes of each, one JSON object a line: {value}, {value, undefined: true} or
// {error, stage}. Numbers that JSON cannot write become {"$js": "NaN"} and so on.
'use strict'

const fs = require('fs')
const path = require('path')

// The package is installed into a work folder, which the first argument names.
const folder = path.resolve(process.argv[2] || '.')
const { Jexl } = require(require.resolve('jexl', { paths: [folder] }))

const jexl = new Jexl()
const text = (change) => (value) => (typeof value === 'string' ? change(value) : undefined)
jexl.addTransforms({
  lower: text((value) => value.toLowerCase()),
  upper: text((value) => value.toUpperCase()),
  length: (value) => (typeof value === 'string' || Array.isArray(value) ? value.length : undefined),
  split: (value, by) => (typeof value === 'string' && typeof by === 'string' ? value.split(by) : undefined),
  join: (value, by) => (Array.isArray(value) ? value.join(by) : undefined)
})
jexl.addFunctions({ min: Math.min, max: Math.max })

function encoded(value) {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' && !Number.isFinite(value)) return { $js: String(value) }
  if (Object.is(value, -0)) return { $js: '-0' }
  if (typeof value === 'function') return { $js: 'function' }
  if (Array.isArray(value)) return value.map(encoded)
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encoded(item)]))
  }
  return value
}

function outcome({ expr, context }) {
  let compiled
  try {
    compiled = jexl.compile(expr)
  } catch (error) {
    return { error: String(error), stage: 'parse' }
  }
  try {
    const value = compiled.evalSync(context)
    return value === undefined ? { value: null, undefined: true } : { value: encoded(value) }
  } catch (error) {
    return { error: String(error), stage: 'eval' }
  }
}

const lines = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)
process.stdout.write(lines.map((line) => JSON.stringify(outcome(JSON.parse(line)))).join('\n') + '\n')
