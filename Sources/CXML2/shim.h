// What Swift sees of libxml2.
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>
#include <string.h>

// `xmlFree` is a variable, which Swift takes for shared mutable state.
static inline void edge_xml_free(void *memory) { xmlFree(memory); }
