import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { setPersonPosition, type VisitSetup, type VisitTask } from '../../../contract/visit.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { DegreeFields, readPoint, typed } from './DegreeFields.tsx'
import { refreshVisits } from './refresh.ts'
import { VisitMap } from './VisitMap.tsx'
import { useDo } from '../../ui/useDo.ts'

type PositionDialogProps = {
  task: Pick<VisitTask, 'personId' | 'personName' | 'position'>
  setup: VisitSetup
  onClose: () => void
}

/** Where somebody lives, by a click or in degrees. */
export function PositionDialog({ task, setup, onClose }: PositionDialogProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(typed(task.position))
  const point = readPoint(text)
  const save = useDo(setPersonPosition, {
    done: t('visits.positionSaved'),
    onDone: () => {
      refreshVisits()
      onClose()
    },
  })
  const params = { id: task.personId }
  return (
    <FormDialog
      title={t('visits.positionOf', { name: task.personName })}
      saving={save.isPending}
      disabled={point === null}
      onSave={() => point && save.mutate({ params, body: { position: point } })}
      onClose={onClose}
    >
      <p className="secondary">{t('visits.positionHint')}</p>
      <VisitMap
        base={setup.base}
        zones={setup.zones.filter((zone) => zone.active)}
        height={360}
        markers={point ? [{ point, label: '●', title: task.personName, tone: 0 }] : []}
        onPick={(picked) => setText(typed(picked))}
      />
      <DegreeFields value={text} onChange={setText} />
      {task.position && (
        <div>
          <button
            type="button"
            className="plain-button"
            onClick={() => save.mutate({ params, body: { position: null } })}
          >
            {t('visits.removePosition')}
          </button>
        </div>
      )}
    </FormDialog>
  )
}
