// protobuf: generated messages, a schema built while the program runs, the
// binary and the JSON form, unknown fields, and reflection.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"sort"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func main() {
	for _, step := range []func() error{generated, dynamic, wrapped, wrong} {
		if err := step(); err != nil {
			log.Fatal(err)
		}
	}
}

// show prints both forms and reads both again.
func show(message proto.Message) error {
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		return err
	}
	text, err := compact(message)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n  %x\n  %s\n", message.ProtoReflect().Descriptor().FullName(), bytes, text)
	binary, fromText := message.ProtoReflect().New().Interface(), message.ProtoReflect().New().Interface()
	err = errors.Join(proto.Unmarshal(bytes, binary), protojson.Unmarshal([]byte(text), fromText))
	fmt.Println(" ", proto.Equal(message, binary), proto.Equal(message, fromText), proto.Size(message))
	return err
}

// compact leaves out the spaces that protojson puts in at random.
func compact(message proto.Message) (string, error) {
	text, err := protojson.Marshal(message)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = json.Compact(&out, text)
	return out.String(), err
}

func generated() error {
	value, err := structpb.NewStruct(map[string]any{
		"n": 1.5, "list": []any{"a", true, nil}, "inner": map[string]any{"ü": "ß"},
	})
	if err != nil {
		return err
	}
	mask, err := fieldmaskpb.New(&descriptorpb.FieldDescriptorProto{}, "name", "number")
	if err != nil {
		return err
	}
	moment := timestamppb.New(time.Date(2026, 7, 8, 9, 10, 11, 12, time.UTC))
	return errors.Join(show(value), show(mask), show(moment), show(durationpb.New(-1500*time.Millisecond)))
}

// schema describes `message Order` as a .proto file would.
func schema() (protoreflect.MessageDescriptor, error) {
	field := func(name string, number int32, kind descriptorpb.FieldDescriptorProto_Type, repeated bool) *descriptorpb.FieldDescriptorProto {
		label := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
		if repeated {
			label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED
		}
		return &descriptorpb.FieldDescriptorProto{Name: &name, JsonName: &name, Number: &number, Type: &kind, Label: &label}
	}
	line := field("lines", 4, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE, true)
	line.TypeName = proto.String(".shop.Line")
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Syntax: proto.String("proto3"), Name: proto.String("shop.proto"), Package: proto.String("shop"),
		MessageType: []*descriptorpb.DescriptorProto{
			{Name: proto.String("Order"), Field: []*descriptorpb.FieldDescriptorProto{
				field("id", 1, descriptorpb.FieldDescriptorProto_TYPE_UINT64, false),
				field("customer", 2, descriptorpb.FieldDescriptorProto_TYPE_STRING, false),
				field("deltas", 3, descriptorpb.FieldDescriptorProto_TYPE_SINT32, true),
				line,
			}},
			{Name: proto.String("Line"), Field: []*descriptorpb.FieldDescriptorProto{
				field("item", 1, descriptorpb.FieldDescriptorProto_TYPE_BYTES, false),
				field("price", 2, descriptorpb.FieldDescriptorProto_TYPE_DOUBLE, false),
			}},
		},
	}, nil)
	if err != nil {
		return nil, err
	}
	return file.Messages().ByName("Order"), nil
}

func dynamic() error {
	descriptor, err := schema()
	if err != nil {
		return err
	}
	order := dynamicpb.NewMessage(descriptor)
	fields := descriptor.Fields()
	order.Set(fields.ByName("id"), protoreflect.ValueOfUint64(1<<63))
	order.Set(fields.ByName("customer"), protoreflect.ValueOfString("Ada"))
	deltas := order.Mutable(fields.ByName("deltas")).List()
	for _, delta := range []int32{0, -1, 1, -1 << 31} {
		deltas.Append(protoreflect.ValueOfInt32(delta))
	}
	lines := order.Mutable(fields.ByName("lines")).List()
	line := lines.AppendMutable().Message()
	line.Set(line.Descriptor().Fields().ByName("item"), protoreflect.ValueOfBytes([]byte{0, 255}))
	line.Set(line.Descriptor().Fields().ByName("price"), protoreflect.ValueOfFloat64(19.9))
	var names []string
	order.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		names = append(names, fmt.Sprint(field.Name(), ":", field.Kind(), ":", field.Cardinality()))
		return true
	})
	sort.Strings(names)
	fmt.Println(names)
	return show(order)
}

func wrapped() error {
	packed, err := anypb.New(durationpb.New(time.Minute))
	if err != nil {
		return err
	}
	if err := show(packed); err != nil {
		return err
	}
	inside, err := packed.UnmarshalNew()
	if err != nil {
		return err
	}
	fmt.Println(packed.MessageName(), inside.(*durationpb.Duration).AsDuration())
	first := &structpb.ListValue{Values: []*structpb.Value{structpb.NewNumberValue(1)}}
	second := proto.Clone(first).(*structpb.ListValue)
	proto.Merge(second, first)
	fmt.Println(len(second.Values), proto.Equal(first, second))
	return nil
}

func wrong() error {
	var moment timestamppb.Timestamp
	// Field 1 twice, and field 15, which is unknown and kept.
	if err := proto.Unmarshal([]byte{8, 1, 8, 2, 0x7a, 2, 'h', 'i'}, &moment); err != nil {
		return err
	}
	again, err := proto.Marshal(&moment)
	fmt.Printf("%d %x %x\n", moment.Seconds, moment.ProtoReflect().GetUnknown(), again)
	fmt.Println(proto.Unmarshal([]byte{8}, &moment) != nil, protojson.Unmarshal([]byte(`"yesterday"`), &moment) != nil)
	fmt.Println(timestamppb.New(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)).IsValid())
	return err
}
