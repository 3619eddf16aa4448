// Evaluates CEL rules: reads [{rule, self}] from the standard input, writes [true | false | "error"]. The implementation's module is the argument.
import {pathToFileURL} from 'node:url'
const {evaluate} = await import(pathToFileURL(process.argv[2]).href)

let text = ''
for await (const chunk of process.stdin) text += chunk

// Whole numbers of a document are integers to a server.
const integers = value => Array.isArray(value) ? value.map(integers)
  : value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, integers(one)]))
  : Number.isInteger(value) ? BigInt(value) : value

const verdict = ({rule, self}) => {
  try {
    return evaluate(rule, {self: integers(self)})
  } catch (wrong) {
    return String(wrong.message ?? wrong)
  }
}
console.log(JSON.stringify(JSON.parse(text).map(verdict)))
