import { useNavigate } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { deletePathwayDraft, getPathwayDraft } from '../../../../contract/pathway-draft.ts'
import {
  getPathway,
  listPathways,
  type PathwayDefinition,
  type PathwayDetail,
} from '../../../../contract/pathway.ts'
import { call } from '../../../api.ts'
import { keyOf, queryClient } from '../../../query.ts'
import { useExplain } from '../../../ui/useExplain.ts'
import { download, pathwayFileText, readPathwayFile } from '../definitionFile.ts'
import { planDefinition } from '../planDefinition.ts'
import type { EditAction } from '../editing.ts'
import type { Saver } from './SaveState.tsx'

type FileButtonsProps = {
  pathway: PathwayDetail
  definition: PathwayDefinition
  saver: Saver
  onAction: (action: EditAction) => void
}

/** Out to a file, in from a file, and throwing the draft away. */
export function FileButtons({ pathway, definition, saver, onAction }: FileButtonsProps) {
  const { t } = useTranslation()
  const explain = useExplain()
  const navigate = useNavigate()
  const { message, modal } = App.useApp()
  const file = useRef<HTMLInputElement>(null)
  const discard = async () => {
    const revision = await saver.settle()
    if (revision === null || revision === 0) return
    try {
      await call(deletePathwayDraft, { params: { id: pathway.id }, query: { revision } })
      for (const contract of [getPathway, getPathwayDraft, listPathways])
        void queryClient.invalidateQueries({ queryKey: keyOf(contract), refetchType: 'none' })
      if (pathway.version === null) await navigate({ to: '/pathways' })
      else await navigate({ to: '/pathways/$id', params: { id: String(pathway.id) } })
    } catch (error) {
      void message.error(explain(error))
    }
  }
  const confirmDiscard = () =>
    void modal.confirm({
      title: t('editor.discard'),
      content: t(pathway.version === null ? 'editor.discardNew' : 'editor.discardHint'),
      okText: t('editor.discardDo'),
      okButtonProps: { danger: true },
      cancelText: t('common.cancel'),
      onOk: discard,
    })
  const chosen = async (one: File | undefined) => {
    if (!one) return
    const read = readPathwayFile(await one.text())
    if (read.ok) onAction({ do: 'replace', definition: read.definition })
    else
      void modal.error({
        title: t('editor.fileUnreadable', { name: one.name }),
        content: <pre className="pre-line">{read.problems.join('\n')}</pre>,
      })
  }
  return (
    <fieldset className="field-set">
      <legend>{t('editor.file')}</legend>
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        hidden
        onChange={(event) => {
          void chosen(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      <div className="button-line">
        <Button
          onClick={() => download(`${pathway.name}.pathway.json`, pathwayFileText(pathway.name, definition))}
        >
          {t('editor.export')}
        </Button>
        <Button
          onClick={() =>
            download(
              `${pathway.name}.PlanDefinition.json`,
              JSON.stringify(planDefinition({ ...pathway, definition }), null, 2),
              'application/fhir+json',
            )
          }
        >
          {t('editor.exportFhir')}
        </Button>
        <Button onClick={() => file.current?.click()}>{t('editor.import')}</Button>
        <Button disabled={saver.draft === null} onClick={confirmDiscard}>
          {t('editor.discard')}
        </Button>
      </div>
    </fieldset>
  )
}
