import { Button } from 'antd'
import { CopyOutlined, DeleteOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import type { PathwayDefinition, PathwayStep } from '../../../../contract/pathway.ts'
import { PickField } from '../../../ui/fields.ts'
import { type EditAction, exitsOf, type Spot, type StepKind } from '../editing.ts'
import { StepForm } from './StepForm.tsx'
import { stepKinds } from './useInsertItems.tsx'

type StepPanelProps = {
  step: PathwayStep
  definition: PathwayDefinition
  onAction: (action: EditAction) => void
  onInsert: (at: Spot, kind: StepKind) => void
}

const endOfPathway = ' end'

/** The form of one step, where it leads, and everything the canvas can do with it, by keyboard. */
export function StepPanel({ step, definition, onAction, onInsert }: StepPanelProps) {
  const { t } = useTranslation()
  const { key } = step
  const targets = [
    ...definition.steps
      .filter((one) => one.key !== key)
      .map((one) => ({ value: one.key, text: one.title || t(`pathways.kind.${one.kind}`) })),
    { value: endOfPathway, text: t('pathways.end') },
  ]
  const isBranch = step.kind === 'branch'
  return (
    <>
      <div className="section-head">
        <strong>
          {t(`pathways.kind.${step.kind}`)} <code className="secondary small">{key}</code>
        </strong>
        <span className="button-line">
          <Button
            onClick={() =>
              onAction({
                do: 'duplicate',
                key,
                title: t('editor.copyOf', { title: step.title }).slice(0, 100),
              })
            }
          >
            <CopyOutlined aria-hidden /> {t('editor.duplicate')}
          </Button>
          <Button disabled={definition.steps.length === 1} onClick={() => onAction({ do: 'delete', key })}>
            <DeleteOutlined aria-hidden /> {t('editor.delete')}
          </Button>
        </span>
      </div>
      <StepForm
        step={step}
        definition={definition}
        onStep={(changed, field) => onAction({ do: 'step', step: changed, field })}
      />
      {exitsOf(step).map(({ exit, to }) => (
        <fieldset key={exit} className="field-set">
          <legend>
            {isBranch
              ? t('editor.after', { side: t(exit === 'next' ? 'pathways.yes' : 'pathways.no') })
              : t('editor.then')}
          </legend>
          <PickField
            label={t('editor.leadsTo')}
            value={to ?? endOfPathway}
            options={targets}
            onChange={(target) =>
              onAction({ do: 'connect', key, exit, to: target === endOfPathway ? null : target })
            }
          />
          <div className="tag-line" role="group" aria-label={t('editor.insertAfter')}>
            <span className="secondary small">{t('editor.insertAfter')}</span>
            {stepKinds.map((kind) => (
              <button
                key={kind}
                type="button"
                className="chip"
                onClick={() => onInsert({ after: key, exit }, kind)}
              >
                + {t(`pathways.kind.${kind}`)}
              </button>
            ))}
          </div>
        </fieldset>
      ))}
      {key === definition.start && (
        <fieldset className="field-set">
          <legend>{t('editor.before')}</legend>
          <div className="tag-line" role="group" aria-label={t('editor.insertBefore')}>
            {stepKinds.map((kind) => (
              <button key={kind} type="button" className="chip" onClick={() => onInsert('start', kind)}>
                + {t(`pathways.kind.${kind}`)}
              </button>
            ))}
          </div>
        </fieldset>
      )}
    </>
  )
}
