"""Official papers in the layout of Nghị định 30/2020/NĐ-CP: letters, records, reports and lists.

`model` is the content of a paper without any layout; `drawing` makes PDFs by the rules of `layout`; `text` shows a
paper on a terminal. To write a paper means to compose a `model.Paper`.
"""
