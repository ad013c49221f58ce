import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { putVisitBase, type VisitSetup } from '../../../contract/visit.ts'
import { useDo } from '../../ui/useDo.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { DegreeFields, readPoint, typed } from './DegreeFields.tsx'
import { useSaved } from './useSaved.ts'
import { VisitMap } from './VisitMap.tsx'

export type SetupDialogProps = { siteId: number; setup: VisitSetup; onClose: () => void }

export function BaseDialog({ siteId, setup, onClose }: SetupDialogProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(typed(setup.base))
  const point = readPoint(text)
  const save = useDo(putVisitBase, useSaved(onClose))
  return (
    <FormDialog
      title={t('visits.base')}
      saving={save.isPending}
      disabled={point === null}
      onSave={() => point && save.mutate({ body: { siteId, ...point } })}
      onClose={onClose}
    >
      <p className="secondary">{t('visits.baseHint')}</p>
      {setup.base && <VisitMap base={point} height={300} onPick={(picked) => setText(typed(picked))} />}
      <DegreeFields value={text} onChange={setText} />
    </FormDialog>
  )
}
