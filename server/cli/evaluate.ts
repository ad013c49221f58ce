import type { Command } from 'commander'
import { agentsNeeded, waitingOf } from '../modules/figure/erlang-c.ts'
import { differenceOf, type Side } from '../modules/campaign/holdout.ts'
import { evaluateNoShow, type NoShowOptions, outcomeWords } from './no-show.ts'
import { UsageError } from './run.ts'

/** Our mathematics on anybody's numbers, without a database. */
export function addEvaluateCommands(program: Command): void {
  const evaluate = program.command('evaluate').description('Check our arithmetic on known data')
  evaluate
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
  evaluate
    .command('erlang-c')
    .description(
      'How long callers wait with so many agents, and how many agents a target needs (Erlang C): nobody gives up, calls come at random',
    )
    .requiredOption('--calls <number>', 'calls that come in')
    .requiredOption('--aht <seconds>', 'average handling time: talking and wrap-up')
    .requiredOption('--agents <number>', 'agents who take calls')
    .option('--minutes <number>', 'the time in which these calls come', '30')
    .option('--seconds <number>', 'answered within so many seconds …', '20')
    .option('--target <share>', '… are to be so large a share of the calls', '0.8')
    .action((options: Record<'calls' | 'aht' | 'agents' | 'minutes' | 'seconds' | 'target', string>) => {
      const agents = numberOf('--agents', options.agents)
      if (!Number.isInteger(agents)) throw new UsageError('--agents must be a whole number.')
      const load = {
        calls: numberOf('--calls', options.calls),
        aht: numberOf('--aht', options.aht),
        minutes: numberOf('--minutes', options.minutes),
      }
      const target = {
        share: numberOf('--target', options.target),
        seconds: numberOf('--seconds', options.seconds),
      }
      if (load.aht === 0 || load.minutes === 0)
        throw new UsageError('--aht and --minutes must be above zero.')
      if (target.share <= 0 || target.share >= 1) throw new UsageError('--target must lie between 0 and 1.')
      console.log(
        JSON.stringify({
          ...load,
          ...waitingOf(load, agents, target.seconds),
          target: { ...target, agents: agentsNeeded(load, target).agents },
        }),
      )
    })
  evaluate
    .command('no-show <file.csv>')
    .description(
      'Train the no-show model on the earlier three quarters of these appointments and test it on the last one',
    )
    .requiredOption('--outcome <column>', 'whether the person did not come (the words are below)')
    .requiredOption('--booked <column>', 'when it was booked: ISO 8601 or YYYY-MM-DD HH:MM')
    .requiredOption('--starts <column>', 'when it starts, likewise')
    .addHelpText('after', noShowHelp)
    .action((file: string, options: NoShowOptions) => evaluateNoShow(file, options))
}

const noShowHelp = `
Outcome, in capitals or not: ${outcomeWords}.
Anything else is an error; take cancelled appointments out of the file before.

Every other column becomes a feature: numbers, and texts by their most frequent values; lead time, weekday and hour of the start are added.
Left out, and named on stderr:
  - times later than the booking in any row, and times of day without a day; earlier times count as days before the booking
  - columns filled for one outcome alone
  - identifiers and free text, and what is the same in all rows
A copy of the outcome under another name cannot be told from a good feature: take it out of the file. A warning names what is suspicious.

Prints one line of JSON about the last quarter of the appointments by start: auc with its 95 % interval (DeLong 1988), calibrationSlope (1 is
best, less is too extreme; null: none exists) and brier (0 is best).`

/** @throws {UsageError} unless it is a number that is not negative */
function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0 || value > 1e9)
    throw new UsageError(`${name} must be a number, zero or above.`)
  return value
}

function side(name: string, text: string): Side {
  const [, n, x] = /^(\d{1,12}),(\d{1,12})$/.exec(text.replaceAll(' ', '')) ?? []
  const found = { n: Number(n), x: Number(x) }
  if (n === undefined || found.n < 1 || found.x > found.n)
    throw new UsageError(`${name} must be persons and how many of them did it, for example 1000,120.`)
  return found
}
