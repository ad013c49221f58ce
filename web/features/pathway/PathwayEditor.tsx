import { App, Button, Drawer } from 'antd'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type PathwayDetail,
  getPathway,
  listPathways,
  publishPathway,
  validatePathway,
} from '../../../contract/pathway.ts'
import { count } from '../../format/number.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { Notice } from '../../ui/Notice.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { useExplain } from '../../ui/useExplain.ts'
import { type Problem, findStep, readDefinition } from './definitionText.ts'
import { usePathwayProblem } from './useProblem.ts'

type Checked = { of: string; problems: Problem[] } | { of: string; notJson: string }

export function PathwayEditor({ pathway, onClose }: { pathway: PathwayDetail; onClose: () => void }) {
  const { t } = useTranslation()
  const why = usePathwayProblem()
  const explain = useExplain()
  const { message, modal } = App.useApp()
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const [original] = useState(() => JSON.stringify(pathway.definition, null, 2))
  const [text, setText] = useState(original)
  const [checked, setChecked] = useState<Checked | null>(null)
  const read = readDefinition(text)
  const next = Math.max(...pathway.versions.map((one) => one.version), pathway.version) + 1

  const validate = useAct(validatePathway, { onError: (error) => void message.error(explain(error)) })
  const publish = useAct(publishPathway, {
    onSuccess: (published) => {
      void message.success(t('pathways.editor.published', { n: published.version }))
      void queryClient.invalidateQueries({ queryKey: keyOf(getPathway) })
      void queryClient.invalidateQueries({ queryKey: keyOf(listPathways) })
      onClose()
    },
    onError: (error) => void message.error(explain(error)),
  })

  const check = () => {
    if (!read.ok) {
      setChecked({
        of: text,
        ...('notJson' in read ? { notJson: read.notJson } : { problems: read.problems }),
      })
      return
    }
    validate.mutate(
      { body: { definition: read.definition } },
      { onSuccess: ({ problems }) => setChecked({ of: text, problems }) },
    )
  }
  // What was checked is what gets published: any change asks for a new check.
  const current = checked?.of === text ? checked : null
  const clean = current !== null && 'problems' in current && current.problems.length === 0
  const jump = (key: string) => {
    const at = findStep(text, key)
    const field = area.current
    if (at < 0 || !field) return
    field.focus()
    field.setSelectionRange(at, at + key.length + 9)
    const line = text.slice(0, at).split('\n').length
    field.scrollTop = (line - 4) * Number.parseFloat(getComputedStyle(field).lineHeight)
  }
  const close = () => {
    if (text === original) onClose()
    else
      void modal.confirm({
        title: t('pathways.editor.discard'),
        cancelText: t('common.cancel'),
        okText: t('common.confirm'),
        onOk: onClose,
      })
  }
  const confirmPublish = () => {
    if (!read.ok) return
    void modal.confirm({
      title: t('pathways.editor.publishConfirm', { n: next }),
      content: t('pathways.editor.publishHint', { open: count(pathway.openEnrollments) }),
      okText: t('pathways.editor.publish', { n: next }),
      cancelText: t('common.cancel'),
      onOk: () => publish.mutate({ params: { id: pathway.id }, body: { definition: read.definition } }),
    })
  }
  const steps = read.ok ? read.definition.steps : pathway.definition.steps

  return (
    <Drawer
      open
      size="min(860px, 100vw)"
      title={t('pathways.editor.title', { name: pathway.name })}
      onClose={close}
      footer={
        <div className="button-line">
          <Button onClick={check} loading={validate.isPending}>
            {t('pathways.editor.check')}
          </Button>
          <Button
            type="primary"
            disabled={!clean || text === original}
            loading={publish.isPending}
            onClick={confirmPublish}
          >
            {t('pathways.editor.publish', { n: next })}
          </Button>
        </div>
      }
    >
      <div className="pathway-editor">
        <p className="secondary">{t('pathways.editor.hint')}</p>
        {current && 'notJson' in current && (
          <Notice tone="danger" title={t('pathways.editor.notJson', { message: current.notJson })} />
        )}
        {clean && <Notice tone="success" title={t('pathways.editor.clean')} />}
        {current && 'problems' in current && current.problems.length > 0 && (
          <Notice tone="danger" title={t('pathways.editor.problems', { n: current.problems.length })}>
            <ul className="plain-list">
              {current.problems.map((one, index) => (
                <li key={index}>
                  {one.step ? (
                    <button type="button" className="plain-button" onClick={() => jump(one.step ?? '')}>
                      {steps.find((step) => step.key === one.step)?.title ?? one.step}
                    </button>
                  ) : (
                    <b>{t('pathways.editor.whole')}</b>
                  )}
                  {' — '}
                  {why(one.message)}
                </li>
              ))}
            </ul>
          </Notice>
        )}
        <div className="section-head">
          <label htmlFor={id}>
            <strong>{t('pathways.editor.definition')}</strong>
          </label>
          <span className="button-line">
            <SelectFilter
              label={t('pathways.editor.jump')}
              all={t('pathways.editor.jump')}
              value={undefined}
              options={steps.map((step) => ({ value: step.key, text: `${step.title} (${step.key})` }))}
              onChange={(key) => key && jump(key)}
            />
            <button
              type="button"
              className="soft-button"
              disabled={'notJson' in read}
              onClick={() => setText(JSON.stringify(JSON.parse(text), null, 2))}
            >
              {t('pathways.editor.format')}
            </button>
          </span>
        </div>
        <textarea
          id={id}
          ref={area}
          className="field-input pathway-text"
          spellCheck={false}
          wrap="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
    </Drawer>
  )
}
