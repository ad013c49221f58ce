import { useTranslation } from 'react-i18next'
import { guidanceLine } from '../../i18n/guidanceLine.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'
import { type Block, layout } from './layout.ts'
import { stepIcons } from './stepIcons.ts'
import { SubPathwayLink } from './SubPathwayLink.tsx'
import { useStepWords } from './useStepWords.ts'

export function Flow({ definition }: { definition: PathwayDefinition }) {
  const words = useStepWords(definition)
  const shipped = useShipped(guidanceLine)
  const titles = new Map(definition.steps.map((step) => [step.key, shipped(step.title)]))
  return <Lane blocks={layout(definition)} words={words} titles={titles} />
}

type Drawing = { words: ReturnType<typeof useStepWords>; titles: Map<string, string> }

function Lane({ blocks, ...drawing }: { blocks: Block[] } & Drawing) {
  const { t } = useTranslation()
  return (
    <ol className="flow">
      {blocks.map((block, index) => {
        if (block.kind === 'step') {
          return (
            <li key={block.step.key}>
              <StepCard step={block.step} {...drawing} />
            </li>
          )
        }
        if (block.kind === 'fork') {
          return (
            <li key={block.step.key}>
              <StepCard step={block.step} {...drawing} />
              <div className="flow-fork">
                {(['yes', 'no'] as const).map((side) => (
                  <div key={side} className="flow-lane">
                    <span className={`flow-side is-${side}`}>{t(`pathways.${side}`)}</span>
                    {block[side].length === 0 ? (
                      <span className="secondary">{t('pathways.straightOn')}</span>
                    ) : (
                      <Lane blocks={block[side]} {...drawing} />
                    )}
                  </div>
                ))}
              </div>
            </li>
          )
        }
        return (
          <li key={`${block.kind}-${index}`} className="flow-end secondary">
            {block.kind === 'end' ? (
              t('pathways.end')
            ) : (
              <a href={`#step-${block.to}`}>
                {t('pathways.goTo', { title: drawing.titles.get(block.to) ?? block.to })}
              </a>
            )}
          </li>
        )
      })}
    </ol>
  )
}

function StepCard({ step, words }: { step: PathwayStep } & Drawing) {
  const { t } = useTranslation()
  const shipped = useShipped(guidanceLine)
  const Icon = stepIcons[step.kind]
  return (
    <div id={`step-${step.key}`} className={`flow-step kind-${step.kind}`}>
      <span className="flow-icon" aria-hidden="true">
        <Icon />
      </span>
      <div>
        <div>
          <strong>{shipped(step.title)}</strong>{' '}
          <span className="secondary small">
            {t(`pathways.kind.${step.kind}`)} · <code>{step.key}</code>
          </span>
        </div>
        <div>{words.parts(step)}</div>
        {step.kind === 'task' && step.description && (
          <p className="secondary small pre-line">{shipped(step.description)}</p>
        )}
        {step.kind === 'pathway' && <SubPathwayLink code={step.pathway} />}
        {step.kind === 'message' && <p className="secondary small pre-line">{shipped(step.body)}</p>}
      </div>
    </div>
  )
}
