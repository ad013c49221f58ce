import { useTranslation } from 'react-i18next'
import type { PathwayDefinition, PathwayProblem } from '../../../../contract/pathway.ts'
import { Notice } from '../../../ui/Notice.tsx'
import type { EditAction } from '../editing.ts'
import { usePathwayProblem } from '../useProblem.ts'

/** What has to be mended before the pathway can be published; a click goes to the step. */
export function ProblemList({
  problems,
  definition,
  onAction,
}: {
  problems: PathwayProblem[]
  definition: PathwayDefinition
  onAction: (action: EditAction) => void
}) {
  const { t } = useTranslation()
  const why = usePathwayProblem()
  if (problems.length === 0) return <p className="secondary small">{t('editor.clean')}</p>
  return (
    <Notice tone="danger" title={t('editor.problems', { n: problems.length })}>
      <ul className="plain-list">
        {problems.map(({ step, message }, index) => (
          <li key={index}>
            <button
              type="button"
              className="plain-button"
              onClick={() => onAction({ do: 'select', key: step })}
            >
              {step === null
                ? t('editor.wholePathway')
                : definition.steps.find((one) => one.key === step)?.title || step}
            </button>
            {' — '}
            {why(message)}
          </li>
        ))}
      </ul>
    </Notice>
  )
}
