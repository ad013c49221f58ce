import type { Command } from 'commander'
import { differenceOf, type Side } from '../modules/campaign/holdout.ts'
import { UsageError } from './run.ts'

/** Our mathematics on anybody's numbers, without a database. */
export function addEvaluateCommands(program: Command): void {
  program
    .command('evaluate')
    .description('Check our arithmetic on known data')
    .command('holdout')
    .description(
      'Difference of two proportions with its 95 % interval: the textbook (Wald) one where each side has ten successes and ten failures, else Newcombe’s; both are printed',
    )
    .requiredOption('--treated <n,x>', 'treated persons, and those of them that did it')
    .requiredOption('--control <n,x>', 'held out persons, and those of them that did it')
    .action((options: { treated: string; control: string }) => {
      const [treated, control] = [side('--treated', options.treated), side('--control', options.control)]
      console.log(
        JSON.stringify({
          treatedRate: treated.x / treated.n,
          controlRate: control.x / control.n,
          ...differenceOf(treated, control),
        }),
      )
    })
}

function side(name: string, text: string): Side {
  const [, n, x] = /^(\d{1,12}),(\d{1,12})$/.exec(text.replaceAll(' ', '')) ?? []
  const found = { n: Number(n), x: Number(x) }
  if (n === undefined || found.n < 1 || found.x > found.n)
    throw new UsageError(`${name} must be persons and how many of them did it, for example 1000,120.`)
  return found
}
